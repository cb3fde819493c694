package io.millrace;

import io.millrace.config.TargetSettings;
import io.millrace.stream.TargetSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A target that no ring knows yet.
 *
 * @param settings what it is made from
 * @param label its name, which no other target of the stream has
 * @param sockets open and connected, one for each address that it is to be sent to; none: its name
 *     is not resolved yet
 */
record OpenTarget(TargetSettings settings, String label, List<TargetSocket> sockets) {
  OpenTarget {
    sockets = List.copyOf(sockets);
  }

  /** Sockets of some targets. */
  static int sockets(List<OpenTarget> targets) {
    return targets.stream().mapToInt(target -> target.sockets().size()).sum();
  }

  /**
   * A stream may send to one address twice, over two interfaces say; metrics need each of its
   * targets to have a name.
   *
   * @param taken names that other targets of the stream have
   * @return a name for each target, in their order
   */
  static List<String> labels(List<TargetSettings> targets, Collection<String> taken) {
    Set<String> all = new HashSet<>(taken);
    List<String> labels = new ArrayList<>(targets.size());
    for (TargetSettings target : targets) {
      String label = target.label();
      for (int number = 2; !all.add(label); number++) {
        label = target.label() + "#" + number;
      }
      labels.add(label);
    }
    return labels;
  }

  /** Divides what there is into parts of a size, the first few perhaps one larger. */
  static <T> List<List<T>> divided(List<T> all, int parts) {
    List<List<T>> divided = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      divided.add(new ArrayList<>());
    }
    for (int index = 0; index < all.size(); index++) {
      divided.get(index % parts).add(all.get(index));
    }
    return divided;
  }
}
