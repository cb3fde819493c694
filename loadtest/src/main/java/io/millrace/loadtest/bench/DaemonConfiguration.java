package io.millrace.loadtest.bench;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The daemon's configuration for a mode and its traffic: a generator stream per ring. */
final class DaemonConfiguration {
  private DaemonConfiguration() {}

  /**
   * The text; the streams have no end.
   *
   * @param host the targets' address
   * @param firstPort of the targets, which have a port each
   */
  static String of(Mode mode, Traffic traffic, SuiteSettings settings, String host, int firstPort) {
    return of(mode, traffic, settings, host, firstPort, "");
  }

  /** The same, with more keys of the source. */
  static String of(
      Mode mode,
      Traffic traffic,
      SuiteSettings settings,
      String host,
      int firstPort,
      String sourceKeys) {
    String cpus =
        traffic.rings() == 1
            ? String.valueOf(settings.cpu())
            : settings.cpu() + ", " + settings.otherCpu();
    String streams =
        IntStream.range(0, traffic.rings())
            .mapToObj(
                ring ->
                    stream(ring, traffic, host, firstPort + ring * traffic.targets(), sourceKeys))
            .collect(Collectors.joining());
    return """
    millrace {
      rings { cpus = [%s], batch = %d }
      %s
      admin { enabled = false }
      streams {
    %s  }
    }
    """
        .formatted(cpus, settings.batch(), mode.configuration(), streams);
  }

  private static String stream(
      int ring, Traffic traffic, String host, int firstPort, String sourceKeys) {
    String targets =
        IntStream.range(0, traffic.targets())
            .mapToObj(i -> "\"%s:%d\"".formatted(host, firstPort + i))
            .collect(Collectors.joining(", "));
    return """
        bench-%d {
          source { type = generator, datagram-size = %d,%s sequenced = false }
          pace = unlimited
          targets = [ %s ]
        }
    """
        .formatted(ring, traffic.bytes(), sourceKeys, targets);
  }
}
