package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.PaceSettings.BitRate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** reference.conf is the documentation of the keys, so it has to be true. */
class ReferenceConfTest {
  private static final String SAMPLE_BEGIN = "# --- sample";
  private static final String SAMPLE_END = "# --- end of sample";

  @TempDir Path temp;

  @Test
  void sampleOfStreamsLoadsAndShowsTheDefaults() throws IOException {
    ConfigFolder folder = new ConfigFolder(temp);
    folder.write("news.ts", "G");
    folder.write("traffic.pcapng", "G");

    List<StreamSettings> shown = folder.settings("millrace.streams {\n" + sample() + "}").streams();
    List<StreamSettings> defaults =
        folder
            .settings(
                """
                millrace.streams {
                  from-a-file {
                    source { type = file, path = "news.ts" }
                    targets = [ "127.0.0.1:5004" ]
                  }
                  from-another-program {
                    source { type = pipe, path = "-", framing = line }
                    targets = [ "127.0.0.1:5004" ]
                  }
                  from-a-transport-stream {
                    source { type = ts, path = "news.ts" }
                    targets = [ "127.0.0.1:5004" ]
                  }
                  from-a-capture {
                    source { type = pcap, path = "traffic.pcapng" }
                    targets = [ "127.0.0.1:5004" ]
                  }
                  from-a-socket {
                    source { type = udp, listen = "239.1.1.1:5004", interface = eth0 }
                    targets = [ "127.0.0.1:5005" ]
                  }
                  from-the-generator {
                    source { type = generator, count = 1000000 }
                    pace { rate = 50 Mbit/s }
                    targets = [ "192.0.2.7:5004", "media.example:5004",
                                { to = "239.1.1.1:5004", ttl = 8, interface = eth0, dscp = 46,
                                  from = "192.0.2.1:0", mark = 7, mtu-discovery = do, send-buffer = 4 MiB } ]
                  }
                }
                """)
            .streams();

    assertThat(shown).isEqualTo(defaults);
    assertThat(shown.getLast().pace()).isEqualTo(new BitRate(50_000_000, Rates.DEFAULT_BURST));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "type",
        "path",
        "datagram-size",
        "loop",
        "framing",
        "at-end",
        "packets-per-datagram",
        "pcr-pid",
        "rtp",
        "rtp-ssrc",
        "rtp-sequence",
        "loop-gap",
        "longest-gap",
        "filter",
        "from",
        "from-ports",
        "to-ports",
        "speed",
        "listen",
        "sources",
        "allow",
        "sample",
        "receive-buffer",
        "count",
        "sequenced",
        "source",
        "pace",
        "targets",
        "rings",
        "rate",
        "datagrams-per-second",
        "burst",
        "to",
        "ttl",
        "interface",
        "dscp",
        "from",
        "mark",
        "mtu-discovery",
        "multicast-loop",
        "broadcast",
        "send-buffer",
        "addresses",
        "refresh"
      })
  void everyKeyOfAStreamIsInTheSample(String key) throws IOException {
    assertThat(sample()).containsPattern("(?m)^[ #{]*" + key + " [={]");
  }

  /** They have no default: there is TLS or not. */
  @ParameterizedTest
  @ValueSource(strings = {"token-file", "tls", "certificate", "key", "client-ca"})
  void everyKeyOfAdminWithoutADefaultIsShown(String key) throws IOException {
    assertThat(reference()).containsPattern("(?m)^ +#  *" + key + " [={]");
  }

  /**
   * The settings have one component per key; one without a line in reference.conf would fail as
   * missing.
   */
  @Test
  void everySettingHasADefaultAndEveryDefaultIsASetting() {
    assertThat(new ConfigFolder(temp).settings(ConfigFolder.A_STREAM).streams()).hasSize(1);
  }

  private static String sample() throws IOException {
    return reference()
        .lines()
        .dropWhile(line -> !line.strip().equals(SAMPLE_BEGIN))
        .skip(1)
        .takeWhile(line -> !line.strip().equals(SAMPLE_END))
        .map(line -> line.replaceFirst("^ *# ?", ""))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String reference() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ReferenceConfTest.class.getResourceAsStream("/reference.conf"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
