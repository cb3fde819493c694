package io.millrace.config;

import java.util.List;

/** Two streams can't listen on one address: each datagram would go to one of them only. */
final class UdpConflicts {
  private UdpConflicts() {}

  static void report(ObjectReader stream, StreamSettings settings, List<StreamSettings> others) {
    if (!(settings.source() instanceof UdpSourceSettings udp) || udp.isGroup()) {
      return;
    }
    for (StreamSettings other : others) {
      if (other.source() instanceof UdpSourceSettings taken
          && taken.listen().equals(udp.listen())
          && (taken.interfaceName() == null
              || udp.interfaceName() == null
              || taken.interfaceName().equals(udp.interfaceName()))) {
        stream
            .section("source")
            .problem(
                "listen", "stream %s listens on %s already".formatted(other.name(), udp.listen()));
      }
    }
  }
}
