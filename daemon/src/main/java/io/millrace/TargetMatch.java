package io.millrace;

import io.millrace.config.TargetSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * The targets that a stream has against those that it is to have. By look-ups, not by searching: a
 * stream may have 100,000. One that uses its name in another way is the same target; equal ones
 * come first.
 *
 * @param matched those that it has and is to have, in the order in which it is to have them
 * @param missing those that it is to have and hasn't, in that order
 * @param left those that it is not to have any more
 */
record TargetMatch(
    List<Destination> matched, List<TargetSettings> missing, List<Destination> left) {
  private static final int NONE = -1;

  static TargetMatch of(List<Destination> have, List<TargetSettings> wanted) {
    int[] found = places(have.stream().map(Destination::settings).toList(), wanted);
    List<Destination> matched = new ArrayList<>();
    List<TargetSettings> missing = new ArrayList<>();
    BitSet taken = new BitSet();
    for (int index = 0; index < found.length; index++) {
      if (found[index] == NONE) {
        missing.add(wanted.get(index));
      } else {
        matched.add(have.get(found[index]));
        taken.set(found[index]);
      }
    }
    List<Destination> left = new ArrayList<>();
    for (int index = taken.nextClearBit(0);
        index < have.size();
        index = taken.nextClearBit(index + 1)) {
      left.add(have.get(index));
    }
    return new TargetMatch(matched, missing, left);
  }

  /** For each that is wanted which of those that there are it is, or -1. */
  static int[] places(List<TargetSettings> have, List<TargetSettings> wanted) {
    int[] found = new int[wanted.size()];
    Arrays.fill(found, NONE);
    BitSet taken = new BitSet();
    match(have, wanted, found, taken, settings -> settings);
    match(have, wanted, found, taken, TargetSettings::withoutUse);
    return found;
  }

  private static void match(
      List<TargetSettings> have,
      List<TargetSettings> wanted,
      int[] found,
      BitSet taken,
      UnaryOperator<TargetSettings> key) {
    Map<TargetSettings, Deque<Integer>> free = new HashMap<>();
    for (int index = taken.nextClearBit(0);
        index < have.size();
        index = taken.nextClearBit(index + 1)) {
      free.computeIfAbsent(key.apply(have.get(index)), _ -> new ArrayDeque<>()).add(index);
    }
    for (int index = 0; index < found.length; index++) {
      Deque<Integer> same = free.get(key.apply(wanted.get(index)));
      if (found[index] == NONE && same != null && !same.isEmpty()) {
        found[index] = same.remove();
        taken.set(found[index]);
      }
    }
  }

  /** Those of a list that are none of another. */
  static List<TargetSettings> without(List<TargetSettings> list, List<TargetSettings> other) {
    if (areThose(list, other)) {
      return List.of();
    }
    int[] found = places(other, list);
    List<TargetSettings> rest = new ArrayList<>();
    for (int index = 0; index < found.length; index++) {
      if (found[index] == NONE) {
        rest.add(list.get(index));
      }
    }
    return rest;
  }

  /**
   * Whether both lists have the same: so it is at the start, and since these are the same objects,
   * nothing is compared by its contents, for which records make classes at their first time.
   */
  private static boolean areThose(List<TargetSettings> list, List<TargetSettings> other) {
    boolean same = list.size() == other.size();
    for (int index = 0; same && index < list.size(); index++) {
      same = Objects.equals(list.get(index), other.get(index));
    }
    return same;
  }

  /** Of some targets, those that a ring serves. */
  static List<Destination> on(RingEngine ring, List<Destination> targets) {
    return targets.stream().filter(target -> target.ring() == ring).toList();
  }
}
