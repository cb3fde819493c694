package io.millrace.loadtest.bench;

import java.util.Locale;

/**
 * What a contender has to send.
 *
 * @param bytes payload of a datagram
 * @param targets that get each datagram of the daemon's stream; the C reference takes them in turn
 * @param rings threads that send, each on a core
 */
record Traffic(Section section, int bytes, int targets, int rings) {
  /** The part of the report that it belongs to. */
  enum Section {
    /** Every contender at every size, to one target. */
    MODES,
    /** What it costs to come by the datagrams. */
    SOURCES,
    /** One stream to more and more targets, and one socket for all against a socket for each. */
    TARGETS,
    /** One core and two. */
    RINGS,
    /** One core, and two: the second for a kernel thread that takes the requests, or for a ring. */
    SQPOLL,
    /** To a receiver on the same machine, counted there. */
    LOOPBACK;

    String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Traffic modes(int bytes) {
    return new Traffic(Section.MODES, bytes, 1, 1);
  }

  String name() {
    return switch (section) {
      case MODES -> bytes + " B";
      case SOURCES -> bytes + " B, sources";
      case TARGETS -> bytes + " B, " + counted(targets, "target");
      case RINGS -> bytes + " B, " + counted(rings, "ring");
      case SQPOLL -> bytes + " B, sqpoll or not, " + counted(rings, "ring");
      case LOOPBACK -> bytes + " B, loopback";
    };
  }

  private static String counted(int count, String what) {
    return "%,d %s".formatted(count, count == 1 ? what : what + "s");
  }
}
