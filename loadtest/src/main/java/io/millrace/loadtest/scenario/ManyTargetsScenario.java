package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.DaemonSummary.Flow;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One stream to thousands of targets over one ring: each is sent all of it. */
final class ManyTargetsScenario implements Scenario {
  private static final int TARGETS = 10_000;
  private static final int QUICK_TARGETS = 1_000;

  /** Of each target. */
  private static final int COUNT = 20;

  /** Of all targets together: well below what a ring takes, as this is no benchmark. */
  private static final int RATE = 50_000;

  /** The receiver has a thread for each port; so targets share ports, each with its own socket. */
  private static final int PORTS = 4;

  /** Of the daemon without a single target; {@code doctor} counts with as many. */
  private static final int OTHER_FILES = 256;

  @Override
  public String name() {
    return "many-targets";
  }

  @Override
  public String description() {
    return "one stream to 10,000 targets over one ring (--quick: 1,000): every target's books"
        + " close";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    int targets = quick ? QUICK_TARGETS : TARGETS;
    long limit = mostOpenFiles();
    if (limit < targets + OTHER_FILES) {
      return Outcome.skipped(
          name(),
          "%,d targets need %,d open files, and the hard limit is %,d (ulimit -Hn)"
              .formatted(targets, targets + OTHER_FILES, limit));
    }
    long all = (long) targets * COUNT;
    ReceiverProcess receiver =
        Steps.receiver(lab, name(), PORTS, all, List.of("--sequenced", "no"));
    List<String> addresses = new ArrayList<>();
    for (int target = 0; target < targets; target++) {
      addresses.add(receiver.addresses().get(target % PORTS));
    }
    String configuration =
        Configuration.rings(1).stream(
                "fanout",
                Configuration.generator(200, COUNT),
                Configuration.datagramsPerSecond(RATE / targets),
                addresses)
            .text();
    DaemonSummary sender = lab.runDaemon(name(), configuration, Steps.PATIENCE);
    JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);
    Outcome outcome = Outcome.of(name(), sender, List.of(received)).expectEach(all);
    List<Flow> flows = sender.flows();
    outcome.expect(
        flows.size() == targets,
        "%d targets in the summary instead of %d".formatted(flows.size(), targets));
    for (Flow flow : flows) {
      outcome.expect(
          flow.datagrams() == COUNT,
          "%s: %d sent of %d".formatted(flow.target(), flow.datagrams(), COUNT));
    }
    return outcome;
  }

  /** RLIMIT_NOFILE's hard limit of this process, and so of the daemon that it starts. */
  private static long mostOpenFiles() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
        if (line.startsWith("Max open files")) {
          String hard = line.strip().split("\\s{2,}", -1)[2];
          return hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard);
        }
      }
    } catch (IOException unreadable) {
      throw new HarnessException("/proc/self/limits: " + unreadable.getMessage());
    }
    throw new HarnessException("/proc/self/limits has no \"Max open files\"");
  }
}
