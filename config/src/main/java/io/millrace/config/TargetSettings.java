package io.millrace.config;

import org.jspecify.annotations.Nullable;

/**
 * One entry of a stream's {@code targets}.
 *
 * @param label the address exactly as configured; the {@code target} label of the metrics
 * @param to where datagrams go, port 1..65535; a name isn't resolved here
 * @param ttl IP time to live or hop limit, 1..255; {@link #KERNEL_DEFAULT} = the kernel's
 * @param interfaceName network interface to send from; null = the routing table decides
 * @param dscp differentiated services code point, 0..63; {@link #KERNEL_DEFAULT} = the kernel's
 */
public record TargetSettings(
    String label, HostPort to, int ttl, @Nullable String interfaceName, int dscp) {

  /** The {@code ttl} or {@code dscp} of a target that doesn't set it. */
  public static final int KERNEL_DEFAULT = -1;
}
