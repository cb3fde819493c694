package io.millrace;

/**
 * What a process without root's powers needs for one thing or another (capabilities(7)). Next to
 * nothing that a configuration says needs any, as long as the machine's limits are enough; where
 * one is needed, the message names it and the line of a unit that gives it.
 */
enum Capability {
  /** Locks memory beyond RLIMIT_MEMLOCK. */
  CAP_IPC_LOCK,
  /** Sets SO_SNDBUF beyond net.core.wmem_max, SO_MARK, and departure times for etf. */
  CAP_NET_ADMIN,
  /** Listens on a port below net.ipv4.ip_unprivileged_port_start, 1024 as a rule. */
  CAP_NET_BIND_SERVICE,
  /**
   * Binds a socket to a device, before Linux 5.7; from then on only one that is bound already needs
   * it (sock_bindtoindex_locked in net/core/sock.c).
   */
  CAP_NET_RAW;

  /** How a service gets it, for a message. */
  String grant() {
    return "`AmbientCapabilities=%s` in the [Service] section of the unit".formatted(name());
  }
}
