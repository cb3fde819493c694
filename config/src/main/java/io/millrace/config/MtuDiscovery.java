package io.millrace.config;

/** What a target's socket does about the path's MTU: IP_MTU_DISCOVER of ip(7). */
public enum MtuDiscovery {
  /** Never sets "don't fragment"; larger datagrams are fragmented on the way. */
  DONT,
  /** Sets it while the path takes the datagrams, and fragments those that it doesn't take. */
  WANT,
  /** Always sets it; what is larger than the path takes is refused. */
  DO,
  /** Always sets it, and looks at the interface's MTU alone. */
  PROBE,
  /** Never sets it, looks at the interface's MTU alone, and refuses what is larger. */
  INTERFACE,
  /** The same, but what is larger is fragmented. */
  OMIT;

  /** The kernel's number, the same for IPv4 and IPv6 (IP_PMTUDISC_DONT and so on). */
  public int number() {
    return ordinal();
  }
}
