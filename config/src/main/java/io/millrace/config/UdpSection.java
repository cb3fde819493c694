package io.millrace.config;

import java.net.InetAddress;
import java.util.List;

/** A stream's {@code source { type = udp }}. */
final class UdpSection {
  private static final int MOST_SAMPLED = 1_000_000;
  private static final int LEAST_BUFFER_BYTES = 4096;
  private static final int MOST_BUFFER_BYTES = 1 << 30;

  private static final String LISTEN = "listen";
  private static final String SOURCES = "sources";
  private static final String ALLOW = "allow";
  private static final String SIZE = "datagram-size";
  private static final HostPort NOWHERE = new HostPort("127.0.0.1", 1);

  private UdpSection() {}

  static UdpSourceSettings read(ObjectReader source, int slotBytes) {
    HostPort listen = readListen(source);
    UdpSourceSettings settings =
        new UdpSourceSettings(
            listen,
            source.optional("interface", ValueKind.interfaceName()),
            list(source, SOURCES).stream().map(IpPrefix::address).toList(),
            list(source, ALLOW),
            source.optional(
                SIZE,
                ValueKind.integer(1, SourceSection.MAX_UDP_PAYLOAD_BYTES),
                UdpSourceSettings.DATAGRAM_BYTES),
            source.optional("sample", ValueKind.integer(1, MOST_SAMPLED), 1),
            source.optional(
                "receive-buffer",
                ValueKind.sizeBytes(LEAST_BUFFER_BYTES, MOST_BUFFER_BYTES),
                UdpSourceSettings.RECEIVE_BUFFER_BYTES));
    if (source.sound(LISTEN)) {
      compare(source, settings);
    }
    int most = slotBytes - UdpSourceSettings.HEADER_BYTES;
    if (settings.datagramBytes() > most && source.sound(SIZE)) {
      source.problem(
          SIZE,
          "%d does not fit into buffers.slot-size = %s, which also holds %d bytes that the kernel writes before a received datagram; allowed: 1 to %d"
              .formatted(
                  settings.datagramBytes(),
                  Quantity.SIZE.format(slotBytes),
                  UdpSourceSettings.HEADER_BYTES,
                  most));
    }
    return settings;
  }

  private static HostPort readListen(ObjectReader source) {
    HostPort listen = source.required(LISTEN, ValueKind.hostPort(1));
    if (source.sound(LISTEN) && listen.isName()) {
      source.problem(
          LISTEN,
          "%s is a name; allowed: an address of this machine, \"0.0.0.0:5004\", \"[::]:5004\", or a multicast group"
              .formatted(Words.quote(listen.host())));
    }
    return source.sound(LISTEN) ? listen : NOWHERE;
  }

  private static List<IpPrefix> list(ObjectReader source, String key) {
    return source.value(key) == null
        ? List.of()
        : source.list(key, "a list such as [ \"192.0.2.0/24\" ]", ValueKind.ipPrefix());
  }

  private static void compare(ObjectReader source, UdpSourceSettings settings) {
    InetAddress listen = UdpSourceSettings.address(settings.listen());
    List<IpPrefix> sources = list(source, SOURCES);
    if (!sources.isEmpty() && !listen.isMulticastAddress()) {
      source.problem(
          SOURCES,
          "has no meaning for %s, which is no multicast group; allow = [ ... ] says whose datagrams are taken"
              .formatted(settings.listen()));
    } else if (source.sound(SOURCES)
        && sources.stream()
            .anyMatch(each -> !each.isOneAddress() || each.address().isMulticastAddress())) {
      source.problem(SOURCES, "a group's sources are single addresses; allowed: \"192.0.2.7\"");
    }
    for (String key : List.of(SOURCES, ALLOW)) {
      for (IpPrefix each : list(source, key)) {
        if (source.sound(key) && !each.isLike(listen)) {
          source.problem(
              key,
              "%s and listen = %s are of different families"
                  .formatted(each, Words.quote(settings.listen().toString())));
        }
      }
    }
  }
}
