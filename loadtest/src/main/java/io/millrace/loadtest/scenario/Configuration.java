package io.millrace.loadtest.scenario;

import io.millrace.loadtest.harness.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Builds the daemon's configuration files. Owned by one thread. */
final class Configuration {
  private final String rings;
  private String admin = "{ enabled = false }";
  private String more = "";
  private final List<String> streams = new ArrayList<>();

  private Configuration(String rings) {
    this.rings = rings;
  }

  /**
   * As many rings as CPUs, at most {@code rings}; the last CPUs, as receivers and others tend to be
   * on the first.
   */
  static Configuration rings(int rings) {
    List<Integer> cpus = Machine.cpus();
    return new Configuration(
        cpus.subList(Math.max(0, cpus.size() - rings), cpus.size()).toString());
  }

  /**
   * Adds a stream.
   *
   * @param source the inside of {@code source { }}
   * @param pace what follows {@code pace}: {@code "{ rate = 50 Mbit/s }"} or {@code "= unlimited"}
   */
  Configuration stream(String name, String source, String pace, List<String> targets) {
    streams.add(
        """
            %s {
              source { %s }
              pace %s
              targets = [ %s ]
            }
        """
            .formatted(
                name,
                source,
                pace,
                targets.stream()
                    .map(target -> '"' + target + '"')
                    .collect(Collectors.joining(", "))));
    return this;
  }

  /** Lets it listen for HTTP on a port of 127.0.0.1. */
  Configuration admin(int port) {
    admin = "{ listen = \"127.0.0.1:%d\" }".formatted(port);
    return this;
  }

  /** Adds a line to the section {@code millrace}. */
  Configuration with(String line) {
    more += "  " + line + '\n';
    return this;
  }

  static String generator(int datagramBytes, long count) {
    return "type = generator, datagram-size = %d, count = %d, sequenced = true"
        .formatted(datagramBytes, count);
  }

  static String datagramsPerSecond(int rate) {
    return "{ datagrams-per-second = %d }".formatted(rate);
  }

  String text() {
    return """
    millrace {
      rings { cpus = %s }
      admin %s
    %s  streams {
    %s  }
    }
    """
        .formatted(rings, admin, more, String.join("", streams));
  }
}
