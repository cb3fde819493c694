package io.millrace;

import io.millrace.config.NameAddresses;
import java.net.InetAddress;
import java.util.List;

/**
 * Which addresses a target should have.
 *
 * @param kept those that it has and keeps
 * @param wanted those to open, in this order
 * @param each whether it is to have all of these; else the first that can be opened
 */
record AddressPlan(List<InetAddress> kept, List<InetAddress> wanted, boolean each) {
  /**
   * The plan that leads from the addresses that a target has to those that its name has.
   *
   * @param answer at least one
   */
  static AddressPlan of(NameAddresses which, List<InetAddress> has, List<InetAddress> answer) {
    List<InetAddress> kept = has.stream().filter(answer::contains).toList();
    return switch (which) {
      // Resolvers answer in turn; a target that changed with each answer would never rest.
      case FIRST ->
          kept.isEmpty()
              ? new AddressPlan(kept, answer, false)
              : new AddressPlan(kept.subList(0, 1), List.of(), false);
      case ALL ->
          new AddressPlan(
              kept, answer.stream().filter(address -> !has.contains(address)).toList(), true);
    };
  }
}
