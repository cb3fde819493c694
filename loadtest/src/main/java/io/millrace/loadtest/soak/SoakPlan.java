package io.millrace.loadtest.soak;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The steps of a seed, always the same ones in the same order: no result of a step has a say in it.
 * So it keeps a model of the daemon, of its network and of its receiver, and only takes steps that
 * must work there. Owned by one thread.
 */
final class SoakPlan {
  /** Where a receiver listens while it lives. */
  static final int FIRST_PORT = 7010;

  static final int PORTS = 4;
  static final String ROUGH = "10.201.83.2";

  /** Where nobody ever listens. */
  private static final int CLOSED_PORT = 7020;

  static final int USUAL_MTU = 1500;
  private static final int SMALLEST_MTU = 600;

  private static final int LONGEST_WAIT_MS = 500;

  private static final int LONGEST_FREEZE_MS = 800;
  private static final int MOST_EXTRA = 6;
  private static final int NAMES = 2 * MOST_EXTRA;

  private static final List<String> MISTAKES =
      List.of(
          "pace = 5 Mbit",
          "pace { rate = 50 Mbit/s, datagrams-per-second = 7 }",
          "paces = unlimited",
          "targets = [ \"10.201.83.2\" ]",
          "source { type = generator, datagram-size = 100000 }");

  private final SplittableRandom random;
  private final List<StreamModel> streams = new ArrayList<>();
  private final StreamModel untouched;
  private boolean receiverLives = true;
  private boolean linkIsUp = true;
  private boolean filtered;
  private int extras;

  /**
   * A plan.
   *
   * @param untouched a stream that nothing is done to
   * @param usual those that are there at first and stay
   */
  SoakPlan(long seed, StreamModel untouched, List<StreamModel> usual) {
    random = new SplittableRandom(seed);
    this.untouched = untouched;
    streams.addAll(usual);
  }

  /** The streams of the file as it is now. */
  String text() {
    StringBuilder text = new StringBuilder(untouched.text());
    streams.forEach(stream -> text.append(stream.text()));
    return text.toString();
  }

  Step next() {
    Action action = draw(possible());
    String argument = "";
    String body = "";
    switch (action) {
      case ADD_STREAM -> {
        StreamModel added = extra();
        argument = added.name;
        streams.add(added);
        body = reloaded();
      }
      case CHANGE_STREAM -> {
        StreamModel changed = pick(streams);
        argument = changed.name;
        change(changed);
        body = reloaded();
      }
      case REMOVE_STREAM -> {
        StreamModel removed = pick(extraStreams());
        argument = removed.name;
        streams.remove(removed);
        body = reloaded();
      }
      case BAD_FILE -> body = text() + "    wrong { " + pick(MISTAKES) + " }\n";
      case HANG_UP -> body = reloaded();
      case PAUSE -> {
        StreamModel paused = pick(streams.stream().filter(each -> !each.paused).toList());
        paused.paused = true;
        argument = paused.name + "/pause";
      }
      case RESUME -> {
        StreamModel resumed = pick(streams.stream().filter(each -> each.paused).toList());
        resumed.paused = false;
        argument = resumed.name + "/resume";
      }
      case RATE -> {
        argument = pick(streams).name + "/rate";
        body = 10 + random.nextInt(5000) + "/s";
      }
      case ADD_TARGET -> {
        StreamModel stream = pick(streams);
        argument = stream.name + "/targets/add";
        body = pick(targetsBut(stream.liveTargets));
        stream.liveTargets.add(body);
      }
      case REMOVE_TARGET -> {
        StreamModel stream = pick(withTargetsToSpare());
        argument = stream.name + "/targets/remove";
        body = stream.liveTargets.remove(random.nextInt(stream.liveTargets.size()));
      }
      case KILL_RECEIVER -> receiverLives = false;
      case START_RECEIVER -> receiverLives = true;
      case DROP_RULE, REJECT_RULE -> {
        filtered = true;
        argument = String.valueOf(FIRST_PORT + random.nextInt(PORTS));
      }
      case NO_RULES -> filtered = false;
      case LINK_DOWN -> linkIsUp = false;
      case LINK_UP -> linkIsUp = true;
      case MTU ->
          argument =
              String.valueOf(
                  random.nextBoolean() ? USUAL_MTU : random.nextInt(SMALLEST_MTU, USUAL_MTU));
      case FREEZE -> argument = String.valueOf(10 + random.nextInt(LONGEST_FREEZE_MS));
    }
    return new Step(action, argument, body, random.nextInt(LONGEST_WAIT_MS));
  }

  private String reloaded() {
    streams.forEach(StreamModel::reloaded);
    return text();
  }

  /** A socket can't be opened to where no route leads, so nothing joins while the link is down. */
  private Set<Action> possible() {
    Set<Action> possible = EnumSet.allOf(Action.class);
    if (!linkIsUp) {
      possible.removeIf(action -> action.isReload() && action != Action.BAD_FILE);
      possible.remove(Action.ADD_TARGET);
    }
    remove(possible, Action.LINK_DOWN, !linkIsUp);
    remove(possible, Action.LINK_UP, linkIsUp);
    remove(possible, Action.KILL_RECEIVER, !receiverLives);
    remove(possible, Action.START_RECEIVER, receiverLives);
    remove(possible, Action.NO_RULES, !filtered);
    remove(possible, Action.ADD_STREAM, extraStreams().size() >= MOST_EXTRA);
    remove(possible, Action.REMOVE_STREAM, extraStreams().isEmpty());
    remove(possible, Action.PAUSE, streams.stream().allMatch(each -> each.paused));
    remove(possible, Action.RESUME, streams.stream().noneMatch(each -> each.paused));
    remove(
        possible,
        Action.ADD_TARGET,
        streams.stream().anyMatch(each -> targetsBut(each.liveTargets).isEmpty()));
    remove(possible, Action.REMOVE_TARGET, withTargetsToSpare().isEmpty());
    return possible;
  }

  private static void remove(Set<Action> possible, Action action, boolean condition) {
    if (condition) {
      possible.remove(action);
    }
  }

  private Action draw(Set<Action> possible) {
    List<Action> ordered = possible.stream().sorted(Comparator.naturalOrder()).toList();
    int left = random.nextInt(ordered.stream().mapToInt(action -> action.weight).sum());
    for (Action action : ordered) {
      left -= action.weight;
      if (left < 0) {
        return action;
      }
    }
    throw new AssertionError("less than the sum of the weights");
  }

  private List<StreamModel> extraStreams() {
    return streams.stream().filter(stream -> stream.name.startsWith("extra")).toList();
  }

  private List<StreamModel> withTargetsToSpare() {
    return streams.stream().filter(stream -> stream.liveTargets.size() > 1).toList();
  }

  private StreamModel extra() {
    String source =
        "type = generator, datagram-size = %d, sequenced = true"
            .formatted(16 + random.nextInt(2000));
    return new StreamModel(freeName(), source, pace(), someTargets());
  }

  /**
   * Names come again: the daemon keeps a sum for each pair of names that it ever had, and is to be
   * found out if it keeps more.
   */
  private String freeName() {
    List<String> taken = streams.stream().map(stream -> stream.name).toList();
    String name;
    do {
      name = "extra-" + extras++ % NAMES;
    } while (taken.contains(name));
    return name;
  }

  private void change(StreamModel stream) {
    if (random.nextBoolean()) {
      stream.pace = pace();
    } else {
      List<String> now = someTargets();
      stream.targets.clear();
      stream.targets.addAll(now);
    }
  }

  private String pace() {
    return switch (random.nextInt(4)) {
      case 0 -> "= unlimited";
      case 1 -> "{ rate = %d Mbit/s }".formatted(1 + random.nextInt(50));
      default -> "= %d/s".formatted(10 + random.nextInt(5000));
    };
  }

  private List<String> someTargets() {
    List<String> some = new ArrayList<>();
    for (int count = 1 + random.nextInt(4); count > 0; count--) {
      some.add(pick(targetsBut(some)));
    }
    return some;
  }

  private static List<String> targetsBut(List<String> taken) {
    List<String> all = new ArrayList<>();
    for (int port = 0; port < PORTS; port++) {
      all.add(ROUGH + ":" + (FIRST_PORT + port));
      all.add(ROUGH + ":" + (CLOSED_PORT + port));
    }
    all.removeAll(taken);
    return all;
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
