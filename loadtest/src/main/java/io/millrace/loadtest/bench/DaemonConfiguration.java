package io.millrace.loadtest.bench;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The daemon's configuration for a mode and its traffic: a stream per ring. */
final class DaemonConfiguration {
  private DaemonConfiguration() {}

  /**
   * The text.
   *
   * @param host the targets' address
   * @param firstPort of the targets, which have a port each
   * @param source the block {@code source} of each stream
   */
  static String of(
      Mode mode,
      Traffic traffic,
      SuiteSettings settings,
      String host,
      int firstPort,
      String source) {
    String cpus =
        traffic.rings() == 1
            ? String.valueOf(settings.cpu())
            : settings.cpu() + ", " + settings.otherCpu();
    String polling =
        mode.polled()
            ? ", sqpoll { enabled = true, cpus = [%d] }".formatted(settings.otherCpu())
            : "";
    String streams =
        IntStream.range(0, traffic.rings())
            .mapToObj(
                ring -> stream(ring, traffic, host, firstPort + ring * traffic.targets(), source))
            .collect(Collectors.joining());
    return """
    millrace {
      rings { cpus = [%s], batch = %d%s }
      %s
      admin { enabled = false }
      streams {
    %s  }
    }
    """
        .formatted(cpus, settings.batch(), polling, mode.configuration(), streams);
  }

  private static String stream(
      int ring, Traffic traffic, String host, int firstPort, String source) {
    String targets =
        IntStream.range(0, traffic.targets())
            .mapToObj(i -> "\"%s:%d\"".formatted(host, firstPort + i))
            .collect(Collectors.joining(", "));
    return """
        bench-%d {
          %s
          pace = unlimited
          targets = [ %s ]
        }
    """
        .formatted(ring, source, targets);
  }
}
