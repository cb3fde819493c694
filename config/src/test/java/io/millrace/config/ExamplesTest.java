package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.PaceSettings.BitRate;
import io.millrace.config.PaceSettings.SourceTiming;
import io.millrace.config.PcapSourceSettings.Flow;
import io.millrace.config.PipeSourceSettings.AtEnd;
import io.millrace.config.PipeSourceSettings.Framing;
import io.millrace.config.TsSourceSettings.Rtp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples are the first thing that users copy. */
class ExamplesTest {
  // Tests run in their module's folder.
  private static final Path EXAMPLES = Path.of("examples");

  @TempDir Path temp;

  @Test
  void quickstartSendsTheFileOfTheEnvironment() throws Exception {
    Path file = Files.writeString(temp.resolve("movie.ts"), "G");

    Settings settings = load("quickstart.conf", Map.of("MILLRACE_FILE", file.toString()));

    assertThat(settings.admin().listen()).hasToString("127.0.0.1:9464");
    assertThat(settings.streams())
        .containsExactly(
            new StreamSettings(
                "quickstart",
                new FileSourceSettings(file, 1316, false),
                new BitRate(100_000_000, Duration.ofMillis(5)),
                List.of(
                    new TargetSettings(
                        "127.0.0.1:5004",
                        new HostPort("127.0.0.1", 5004),
                        SocketSettings.DEFAULTS,
                        null))));
  }

  @Test
  void quickstartTakesRateTargetAndAdminFromTheEnvironment() throws Exception {
    Path file = Files.writeString(temp.resolve("movie.ts"), "G");

    Settings settings =
        load(
            "quickstart.conf",
            Map.of(
                "MILLRACE_FILE", file.toString(),
                "MILLRACE_RATE", "2 Gbit/s",
                "MILLRACE_TARGET", "[::1]:6000",
                "MILLRACE_ADMIN", "127.0.0.1:0"));

    assertThat(settings.admin().listen().port()).isZero();
    assertThat(settings.streams().getFirst().pace())
        .isEqualTo(new BitRate(2_000_000_000L, Duration.ofMillis(5)));
    assertThat(settings.streams().getFirst().targets().getFirst().label()).isEqualTo("[::1]:6000");
  }

  @Test
  void quickstartWithoutAFileNamesTheVariable() {
    try {
      load("quickstart.conf", Map.of());
    } catch (ConfigProblemsException e) {
      assertThat(e.problems()).hasSize(1);
      assertThat(e.problems().getFirst().toString())
          .matches("examples/quickstart\\.conf:\\d+: \\$\\{MILLRACE_FILE} has no value; .*");
      return;
    }
    throw new AssertionError("loaded without MILLRACE_FILE");
  }

  @Test
  void streamsLoadOnceTheRecordingsAreBesideTheFile() throws Exception {
    Files.copy(EXAMPLES.resolve("streams.conf"), temp.resolve("streams.conf"));
    for (String recording : List.of("news-hd", "sport-uhd", "interview", "slate")) {
      Files.writeString(temp.resolve(recording + ".ts"), "G");
    }

    Settings settings = ConfigLoader.load(temp.resolve("streams.conf"), Map.of()).settings();

    assertThat(settings.streams())
        .extracting(StreamSettings::name)
        .containsExactly("contribution", "news-hd", "slate", "sport-uhd");
  }

  @Test
  void loadtestGeneratorIsNumbered() throws Exception {
    Settings settings = load("loadtest-generator.conf", Map.of("LOADTEST_COUNT", "5"));

    assertThat(settings.streams().getFirst().source())
        .isEqualTo(new GeneratorSourceSettings(1400, 5, true));
  }

  @Test
  void pipeTakesLinesFromStandardInput() throws Exception {
    assertThat(load("pipe.conf", Map.of()).streams().getFirst().source())
        .isEqualTo(new PipeSourceSettings(PipeSourceSettings.STDIN, Framing.LINE, 1400, AtEnd.END));
  }

  @Test
  void tsSendsTheFileOfTheEnvironmentByItsClock() throws Exception {
    Path file = Files.writeString(temp.resolve("movie.ts"), "G");

    StreamSettings stream =
        load("ts.conf", Map.of("MILLRACE_FILE", file.toString())).streams().getFirst();

    assertThat(stream.source())
        .isEqualTo(
            new TsSourceSettings(
                file, 7, true, TsSourceSettings.AUTO, new Rtp(true, Rtp.RANDOM, Rtp.RANDOM)));
    assertThat(stream.pace()).isEqualTo(new SourceTiming(1, Rates.DEFAULT_SOURCE_BURST));
  }

  @Test
  void pcapSendsTheCaptureBesideItAsItWasCaptured() throws Exception {
    StreamSettings stream = load("pcap.conf", Map.of()).streams().getFirst();

    Path capture = EXAMPLES.resolve("telemetry.pcap").toAbsolutePath();
    assertThat(stream.source())
        .isEqualTo(
            new PcapSourceSettings(
                capture,
                1472,
                PcapSourceSettings.ALL,
                true,
                null,
                Duration.ofHours(1),
                List.of(new Flow(null, PortRange.ANY, null, new PortRange(5004, 5004)))));
    assertThat(stream.pace()).isEqualTo(new SourceTiming(1, Rates.DEFAULT_SOURCE_BURST));
  }

  @Test
  void relaySendsOnWhatComesToThePort() throws Exception {
    Settings settings = load("relay.conf", Map.of());
    assertThat(settings.buffers().slotBytes()).isEqualTo(66 * 1024);
    assertThat(settings.streams().getFirst().source())
        .isEqualTo(
            new UdpSourceSettings(
                new HostPort("127.0.0.1", 5000), null, List.of(), List.of(), 1316, 1, 4 << 20));
  }

  @Test
  void everyExampleIsTested() throws IOException {
    try (Stream<Path> files = Files.list(EXAMPLES)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "quickstart.conf",
              "streams.conf",
              "loadtest-generator.conf",
              "pcap.conf",
              "telemetry.pcap",
              "pipe.conf",
              "ts.conf",
              "relay.conf");
    }
  }

  private static Settings load(String name, Map<String, String> environment)
      throws ConfigProblemsException {
    return ConfigLoader.load(EXAMPLES.resolve(name), environment).settings();
  }
}
