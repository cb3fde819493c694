package io.millrace.config;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code source { type = udp }}: datagrams that arrive at an address of this machine, or for a
 * multicast group.
 *
 * @param listen an address, with its port; a group is joined
 * @param interfaceName where it is joined, or the only one that is listened on; null: as the
 *     routing table says, or all
 * @param sources whose datagrams the group is joined for; empty: everybody's
 * @param allow where datagrams may come from; empty: anywhere
 * @param datagramBytes UDP payload bytes of the longest datagram, 1..65507
 * @param sample one in so many datagrams is sent on, 1..1000000; 1: all
 * @param receiveBufferBytes of the socket
 */
public record UdpSourceSettings(
    HostPort listen,
    @Nullable String interfaceName,
    List<InetAddress> sources,
    List<IpPrefix> allow,
    int datagramBytes,
    int sample,
    int receiveBufferBytes)
    implements SourceSettings {
  /** Bytes that a slot has beside a received datagram: what the kernel says of it. */
  public static final int HEADER_BYTES = 128;

  /** What fits into an Ethernet frame. */
  static final int DATAGRAM_BYTES = 1472;

  static final int RECEIVE_BUFFER_BYTES = 4 << 20;

  public UdpSourceSettings {
    sources = List.copyOf(sources);
    allow = List.copyOf(allow);
  }

  /** Whether it listens to a multicast group. */
  public boolean isGroup() {
    return address(listen).isMulticastAddress();
  }

  /** The address without its zone, which the JDK would look for among the interfaces. */
  static InetAddress address(HostPort listen) {
    int zone = listen.host().indexOf('%');
    return InetAddress.ofLiteral(zone < 0 ? listen.host() : listen.host().substring(0, zone));
  }

  @Override
  public String describe() {
    return "udp " + listen;
  }
}
