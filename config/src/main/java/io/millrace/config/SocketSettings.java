package io.millrace.config;

import org.jspecify.annotations.Nullable;

/**
 * What a target asks of its socket.
 *
 * @param ttl IP time to live or hop limit, 1..255; {@link #KERNEL_DEFAULT} = the kernel's
 * @param interfaceName network interface that it is bound to; null = the routing table decides
 * @param dscp differentiated services code point, 0..63; {@link #KERNEL_DEFAULT} = the kernel's
 * @param from the address and port that it is bound to, port 0 = any; null = as the route says
 * @param mark of the firewall and of routing rules (SO_MARK), 0..2^32-1; {@link #KERNEL_DEFAULT} =
 *     none
 * @param mtuDiscovery null = the kernel's (net.ipv4.ip_no_pmtu_disc)
 * @param multicastLoop whether members on this machine get what goes to a multicast group
 * @param broadcast whether the target may be a broadcast address
 * @param sendBufferBytes SO_SNDBUF asked for; {@link #KERNEL_DEFAULT} = as {@code send} says
 */
public record SocketSettings(
    int ttl,
    @Nullable String interfaceName,
    int dscp,
    @Nullable HostPort from,
    long mark,
    @Nullable MtuDiscovery mtuDiscovery,
    boolean multicastLoop,
    boolean broadcast,
    int sendBufferBytes) {

  /** A number that isn't set. */
  public static final int KERNEL_DEFAULT = -1;

  /** Of a target that sets nothing. */
  public static final SocketSettings DEFAULTS = of(KERNEL_DEFAULT, null, KERNEL_DEFAULT);

  /** With the three that most targets are content with. */
  public static SocketSettings of(int ttl, @Nullable String interfaceName, int dscp) {
    return new SocketSettings(
        ttl, interfaceName, dscp, null, KERNEL_DEFAULT, null, true, false, KERNEL_DEFAULT);
  }
}
