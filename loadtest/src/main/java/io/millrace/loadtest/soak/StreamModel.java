package io.millrace.loadtest.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A stream as the file has it, and as requests have changed it since. Owned by one thread. */
final class StreamModel {
  final String name;
  private final String source;
  String pace;
  final List<String> targets;

  boolean paused;
  List<String> liveTargets;

  StreamModel(String name, String source, String pace, List<String> targets) {
    this.name = name;
    this.source = source;
    this.pace = pace;
    this.targets = new ArrayList<>(targets);
    liveTargets = new ArrayList<>(targets);
  }

  /** A reload makes it what the file says. */
  void reloaded() {
    paused = false;
    liveTargets = new ArrayList<>(targets);
  }

  String text() {
    String list =
        targets.stream().map(target -> '"' + target + '"').collect(Collectors.joining(", "));
    return "    %s { source { %s }\n      pace %s\n      targets = [ %s ] }\n"
        .formatted(name, source, pace, list);
  }
}
