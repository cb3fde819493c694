package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ReferenceSender;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the contenders share: the link, the C program, and the record of what was run. */
record SuiteContext(
    Lab lab,
    NetworkPair network,
    ReferenceSender reference,
    SuiteSettings settings,
    TrainLength trains,
    Map<String, String> commands) {

  static SuiteContext open(Lab lab, SuiteSettings settings) {
    return new SuiteContext(
        lab,
        lab.keep(NetworkPair.open(lab.folder())),
        ReferenceSender.build(lab.root(), lab.folder().resolve("reference-sender")),
        settings,
        new TrainLength(),
        new LinkedHashMap<>());
  }

  /** Keeps the first command of each contender for the report. */
  void record(Contender contender, Traffic traffic, String command) {
    commands.putIfAbsent(contender.name() + ", " + traffic.name(), withoutFolder(command));
  }

  /** A temporary folder's name says nothing to a reader. */
  String withoutFolder(String text) {
    return text.replace(lab.folder() + "/", "");
  }

  /** The command that runs on the sending side, pinned. */
  List<String> pinned(List<String> command) {
    List<String> all = new ArrayList<>(network.senderPrefix());
    all.addAll(List.of("taskset", "-c", String.valueOf(settings.cpu())));
    all.addAll(command);
    return all;
  }
}
