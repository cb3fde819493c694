package io.millrace.counters;

/**
 * Why a source's thread left a piece of its input out that is none of the stream's: the label
 * {@code reason} of {@code millrace_source_skipped_total}.
 */
public enum SkipReason {
  /** An empty line, a length of 0, a datagram without a payload. */
  EMPTY("empty"),
  /** The source's filter is not for it. */
  FILTERED("filtered"),
  /** A packet of a capture that holds something else than UDP. */
  NOT_UDP("not-udp"),
  /** A packet of a capture that is a piece of a datagram. */
  FRAGMENT("fragment"),
  /** A packet of a capture that was not captured whole. */
  TRUNCATED("truncated"),
  /** A packet of a capture behind a header that can't be read. */
  UNKNOWN_LINK("unknown-link"),
  /** A captured datagram that is longer than the stream's may be. */
  TOO_LONG("too-long");

  private static final SkipReason[] VALUES = values();

  private final String label;

  SkipReason(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }

  public static int count() {
    return VALUES.length;
  }

  public static SkipReason of(int ordinal) {
    return VALUES[ordinal];
  }
}
