package io.millrace.config;

import org.jspecify.annotations.Nullable;

/** The keys of a target that are about its socket. */
final class SocketSection {
  private static final int MAX_TTL = 255;
  private static final int MAX_DSCP = 63;
  private static final long MAX_MARK = 0xffff_ffffL;

  private SocketSection() {}

  /** Reads them. */
  static SocketSettings read(ObjectReader target) {
    int unset = SocketSettings.KERNEL_DEFAULT;
    return new SocketSettings(
        target.optional("ttl", ValueKind.integer(1, MAX_TTL), unset),
        target.optional("interface", ValueKind.interfaceName()),
        target.optional("dscp", ValueKind.integer(0, MAX_DSCP), unset),
        target.optional("from", ValueKind.address(0)),
        target.optional("mark", ValueKind.wholeNumber(0, MAX_MARK), (long) unset),
        target.optional("mtu-discovery", ValueKind.oneOf(MtuDiscovery.class)),
        target.optional("multicast-loop", ValueKind.flag(), true),
        target.optional("broadcast", ValueKind.flag(), false),
        target.optional("send-buffer", SendSection.sendBuffer(), unset));
  }

  /** Complains of an address to send from that is of another kind than the one to send to. */
  static void checkFamilies(ObjectReader target, HostPort to, @Nullable HostPort from) {
    if (from != null
        && target.sound("to", "from")
        && !to.isName()
        && to.isIpv6() != from.isIpv6()) {
      target.problem(
          "from",
          "is an %s address, and to an %s one; allowed: an address of the same kind"
              .formatted(from.isIpv6() ? "IPv6" : "IPv4", to.isIpv6() ? "IPv6" : "IPv4"));
    }
  }
}
