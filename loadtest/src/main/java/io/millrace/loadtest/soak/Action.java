package io.millrace.loadtest.soak;

import java.util.Locale;

/** What is done to the daemon, and how often of all. */
enum Action {
  ADD_STREAM(12),
  CHANGE_STREAM(12),
  REMOVE_STREAM(9),
  /** A file with an error, which must be refused whole. */
  BAD_FILE(6),
  /** SIGHUP, with the file as it is: what was changed by requests is undone. */
  HANG_UP(4),
  PAUSE(7),
  RESUME(7),
  RATE(7),
  ADD_TARGET(6),
  REMOVE_TARGET(6),
  KILL_RECEIVER(4),
  START_RECEIVER(6),
  /** A packet filter that lets datagrams vanish, which the kernel says to the sender (EPERM). */
  DROP_RULE(4),
  /** One that answers them with ICMP (ECONNREFUSED). */
  REJECT_RULE(4),
  NO_RULES(6),
  LINK_DOWN(4),
  LINK_UP(16),
  MTU(6),
  /** SIGSTOP, and SIGCONT a moment later. */
  FREEZE(4);

  final int weight;

  Action(int weight) {
    this.weight = weight;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Those that make it read its file. */
  boolean isReload() {
    return switch (this) {
      case ADD_STREAM, CHANGE_STREAM, REMOVE_STREAM, BAD_FILE, HANG_UP -> true;
      default -> false;
    };
  }

  /** Those that something goes wrong by. */
  boolean isFault() {
    return switch (this) {
      case BAD_FILE, KILL_RECEIVER, DROP_RULE, REJECT_RULE, LINK_DOWN, MTU, FREEZE -> true;
      default -> false;
    };
  }
}
