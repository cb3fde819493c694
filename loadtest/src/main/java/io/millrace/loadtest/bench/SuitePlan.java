package io.millrace.loadtest.bench;

import io.millrace.loadtest.bench.Traffic.Section;
import java.util.ArrayList;
import java.util.List;

/**
 * What a round measures, in order. What is compared is next to each other: the daemon, then the C
 * reference in the same mode; then the peers at the same size.
 */
final class SuitePlan {
  /** Where one socket for all targets is measured against one for each, beside a single target. */
  private static final int LEAST_SHARED_TARGETS = 1_000;

  private final SuiteContext context;
  private final SuiteSettings settings;
  private final List<Series> steps = new ArrayList<>();

  private SuitePlan(SuiteContext context) {
    this.context = context;
    this.settings = context.settings();
  }

  static List<Series> of(SuiteContext context) {
    SuitePlan plan = new SuitePlan(context);
    if (plan.settings.onlyPolled()) {
      plan.settings.sizes().forEach(plan::addPolled);
      return plan.steps;
    }
    plan.settings.sizes().forEach(plan::addModes);
    plan.addSources();
    plan.addTargets();
    plan.addRings();
    plan.addPolled(SuiteSettings.COMMON_BYTES);
    plan.addLoopback();
    return plan.steps;
  }

  private void addModes(int bytes) {
    Traffic traffic = Traffic.modes(bytes);
    for (Mode mode : Mode.all()) {
      addPair(mode, traffic);
    }
    for (Peer peer : Peer.values()) {
      add(new PeerContender(context, peer), traffic);
    }
  }

  private void addSources() {
    Traffic traffic = new Traffic(Section.SOURCES, SuiteSettings.COMMON_BYTES, 1, 1);
    for (Payload payload : Payload.values()) {
      add(new DaemonContender(context, Mode.TRAIN_ZERO_COPY, payload), traffic);
    }
  }

  private void addTargets() {
    List<Integer> counts = new ArrayList<>(List.of(1));
    counts.addAll(settings.targets());
    for (int count : counts) {
      Traffic traffic = new Traffic(Section.TARGETS, SuiteSettings.COMMON_BYTES, count, 1);
      addPair(Mode.SINGLE_ZERO_COPY, traffic);
      boolean shared = settings.quick() ? count > 1 : count == 1 || count >= LEAST_SHARED_TARGETS;
      if (shared) {
        add(new ReferenceContender(context, Mode.SINGLE_ZERO_COPY, true), traffic);
        add(new ReferenceContender(context, Mode.SINGLE_SENDMMSG, false), traffic);
        add(new ReferenceContender(context, Mode.SINGLE_SENDMMSG, true), traffic);
      }
    }
  }

  private void addRings() {
    for (int rings = settings.quick() ? 2 : 1; rings <= 2; rings++) {
      add(
          new DaemonContender(context, Mode.SINGLE_ZERO_COPY),
          new Traffic(Section.RINGS, SuiteSettings.COMMON_BYTES, 1, rings));
    }
  }

  private void addPolled(int bytes) {
    Traffic traffic = new Traffic(Section.SQPOLL, bytes, 1, 1);
    List<Mode> modes =
        settings.quick()
            ? List.of(Mode.SINGLE_ZERO_COPY)
            : List.of(Mode.SINGLE_ZERO_COPY, Mode.TRAIN_ZERO_COPY);
    for (Mode mode : modes) {
      addPair(mode, traffic);
      addPair(mode.withPolling(), traffic);
      // What the other core brings as a second ring, which is what polling has to be better than.
      add(new DaemonContender(context, mode), new Traffic(Section.SQPOLL, bytes, 1, 2));
    }
  }

  private void addLoopback() {
    Traffic traffic = new Traffic(Section.LOOPBACK, SuiteSettings.COMMON_BYTES, 1, 1);
    List<Mode> modes =
        settings.quick()
            ? List.of(Mode.SINGLE_ZERO_COPY)
            : List.of(Mode.SINGLE_ZERO_COPY, Mode.TRAIN_ZERO_COPY);
    for (Mode mode : modes) {
      add(new LoopbackContender(context, new DaemonContender(context, mode)), traffic);
      add(new LoopbackContender(context, new ReferenceContender(context, mode, false)), traffic);
    }
  }

  private void addPair(Mode mode, Traffic traffic) {
    add(new DaemonContender(context, mode), traffic);
    add(new ReferenceContender(context, mode, false), traffic);
  }

  private void add(Contender contender, Traffic traffic) {
    steps.add(new Series(contender, traffic));
  }
}
