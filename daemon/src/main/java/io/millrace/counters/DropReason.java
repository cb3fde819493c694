package io.millrace.counters;

/**
 * Why a datagram did not leave: the label {@code reason} of {@code
 * millrace_target_dropped_datagrams_total}. Errors of the kernel carry their errno's name.
 */
public enum DropReason {
  /**
   * An ICMP port-unreachable had come back from the target, and another one when the datagram was
   * sent again.
   */
  ECONNREFUSED("ECONNREFUSED"),
  /** The device's queue was full. */
  ENOBUFS("ENOBUFS"),
  /** Longer than the path allows (65,507 bytes, or the path MTU with fragmentation off). */
  EMSGSIZE("EMSGSIZE"),
  EAGAIN("EAGAIN"),
  ENOMEM("ENOMEM"),
  /** A local packet filter refused it. */
  EPERM("EPERM"),
  EACCES("EACCES"),
  ENETUNREACH("ENETUNREACH"),
  EHOSTUNREACH("EHOSTUNREACH"),
  ENETDOWN("ENETDOWN"),
  EINVAL("EINVAL"),
  ECANCELED("ECANCELED"),
  EIO("EIO"),
  EOPNOTSUPP("EOPNOTSUPP"),
  /** Any other errno. */
  OTHER("other"),
  /**
   * The target was behind the others of its stream, with its share of the ring's requests in the
   * kernel: they went on without it.
   */
  SLOW("slow"),
  /** The target had failed again and again, and was given up for a while. */
  CIRCUIT_OPEN("circuit-open"),
  /**
   * The daemon was told to stop: the rest of a run of datagrams was not offered to this target any
   * more, or the kernel had not completed the send when the drain timeout passed.
   */
  STOPPED("stopped");

  private static final DropReason[] VALUES = values();

  private final String label;

  DropReason(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }

  public static int count() {
    return VALUES.length;
  }

  public static DropReason of(int ordinal) {
    return VALUES[ordinal];
  }
}
