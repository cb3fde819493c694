package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.PaceSettings.BitRate;
import io.millrace.config.PaceSettings.DatagramRate;
import io.millrace.config.PaceSettings.Unlimited;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What good configurations say. */
class ConfigLoaderTest {
  @TempDir Path temp;
  private ConfigFolder folder = new ConfigFolder(Path.of(""));

  @BeforeEach
  void createFolder() {
    folder = new ConfigFolder(temp);
    folder.write("news.ts", "G");
  }

  @Test
  void oneStreamIsEnoughAndEverythingElseHasTheDocumentedDefault() {
    Settings settings = folder.settings(ConfigFolder.A_STREAM);

    assertThat(settings)
        .isEqualTo(
            new Settings(
                new RingSettings(List.of(), 1024, 32, IdleMode.ADAPTIVE, Duration.ofSeconds(5)),
                new BufferSettings(65536, 512, HugePages.AUTO),
                new SendSettings(
                    Engine.AUTO, Completion.AUTO, ZeroCopy.AUTO, Gso.AUTO, -1, 4 << 20),
                new AdminSettings(true, new HostPort("127.0.0.1", 9464), false, null, null),
                new ReloadSettings(false),
                new NameSettings(
                    Duration.ofSeconds(30),
                    0.1,
                    Duration.ofSeconds(5),
                    NameAddresses.FIRST,
                    Unresolvable.FAIL,
                    AddressFamily.AUTO),
                ShardSettings.WHOLE,
                List.of(
                    new StreamSettings(
                        "s",
                        new GeneratorSourceSettings(1400, -1, false),
                        new Unlimited(),
                        List.of(
                            new TargetSettings(
                                "127.0.0.1:1",
                                new HostPort("127.0.0.1", 1),
                                SocketSettings.DEFAULTS,
                                null)))),
                List.of()));
  }

  @Test
  void everyKeyIsRead() {
    folder.write("token", "s3cret\n");
    Settings settings =
        folder.settings(
            """
            millrace {
              rings { cpus = [2, 3], entries = 2048, batch = 64, idle = busy-spin, drain-timeout = 250 ms,
                      sqpoll { enabled = true, idle = 1 s, cpus = [4, 1] } }
              buffers { slot-size = 2 KiB, slots-per-ring = 100, huge-pages = never }
              send { engine = uring, completion = paired, zero-copy = always, gso = never,
                     combine-flag-bit = 15, send-buffer = 1 MiB }
              admin { enabled = false, listen = "[::1]:0", control = true, token-file = token }
              reload { on-change = true }
              names { refresh = 1 m, jitter = 0.25, timeout = 2 s, addresses = all, unresolvable = retry, family = ipv4 }
              streams {
                news {
                  source { type = file, path = news.ts, datagram-size = 1000, loop = true }
                  pace { rate = 50 Mbit/s, burst = 1 ms }
                  targets = [ "127.0.0.1:5004",
                              { to = "239.1.1.1:5004", ttl = 8, interface = eth0, dscp = 46 } ]
                }
                "load.1" {
                  source { type = generator, datagram-size = 16, count = 5000000000, sequenced = true }
                  pace { datagrams-per-second = 0.5 }
                  targets = [ "receiver.example:9", { to = "a.example:9", addresses = first, refresh = 1 d } ]
                }
              }
            }
            """);

    assertThat(settings)
        .isEqualTo(
            new Settings(
                new RingSettings(
                    List.of(2, 3),
                    2048,
                    64,
                    IdleMode.BUSY_SPIN,
                    Duration.ofMillis(250),
                    new SqPollSettings(true, Duration.ofSeconds(1), List.of(4, 1))),
                new BufferSettings(2048, 100, HugePages.NEVER),
                new SendSettings(
                    Engine.URING, Completion.PAIRED, ZeroCopy.ALWAYS, Gso.NEVER, 15, 1 << 20),
                new AdminSettings(
                    false,
                    new HostPort("::1", 0),
                    true,
                    temp.resolve("token").toAbsolutePath(),
                    null),
                new ReloadSettings(true),
                new NameSettings(
                    Duration.ofMinutes(1),
                    0.25,
                    Duration.ofSeconds(2),
                    NameAddresses.ALL,
                    Unresolvable.RETRY,
                    AddressFamily.IPV4),
                new ShardSettings(0, 1),
                List.of(
                    new StreamSettings(
                        "load.1",
                        new GeneratorSourceSettings(16, 5_000_000_000L, true),
                        new DatagramRate(0.5, Duration.ofMillis(5)),
                        List.of(
                            new TargetSettings(
                                "receiver.example:9",
                                new HostPort("receiver.example", 9),
                                SocketSettings.DEFAULTS,
                                new NameUse(NameAddresses.ALL, Duration.ofMinutes(1))),
                            new TargetSettings(
                                "a.example:9",
                                new HostPort("a.example", 9),
                                SocketSettings.DEFAULTS,
                                new NameUse(NameAddresses.FIRST, Duration.ofDays(1))))),
                    new StreamSettings(
                        "news",
                        new FileSourceSettings(temp.resolve("news.ts"), 1000, true),
                        new BitRate(50_000_000, Duration.ofMillis(1)),
                        List.of(
                            new TargetSettings(
                                "127.0.0.1:5004",
                                new HostPort("127.0.0.1", 5004),
                                SocketSettings.DEFAULTS,
                                null),
                            new TargetSettings(
                                "239.1.1.1:5004",
                                new HostPort("239.1.1.1", 5004),
                                SocketSettings.of(8, "eth0", 46),
                                null)))),
                List.of()));
  }

  @Test
  void environmentVariablesReplaceSubstitutions() {
    Settings settings =
        folder.settings(
            """
            millrace.streams.s {
              source { type = file, path = ${FOLDER}"/news.ts" }
              pace { rate = 1 Mbit/s, rate = ${?RATE} }
              targets = [ ${?TARGET}, "127.0.0.1:"${PORT}, "127.0.0.1:6" ]
            }
            """,
            Map.of("FOLDER", temp.toString(), "RATE", "2 Gbit/s", "PORT", "5"));

    StreamSettings stream = settings.streams().getFirst();
    assertThat(stream.source())
        .isEqualTo(new FileSourceSettings(temp.resolve("news.ts"), 1316, false));
    assertThat(stream.pace()).isEqualTo(new BitRate(2_000_000_000L, Duration.ofMillis(5)));
    assertThat(stream.targets())
        .extracting(TargetSettings::label)
        .containsExactly("127.0.0.1:5", "127.0.0.1:6");
  }

  @Test
  void configForceVariablesOverrideTheFile() {
    Settings settings =
        folder.settings(
            "millrace.rings.entries = 128\n" + ConfigFolder.A_STREAM,
            Map.of(
                "CONFIG_FORCE_millrace_rings_entries", "256",
                "CONFIG_FORCE_millrace_rings_drain__timeout", "1 s",
                "CONFIG_FORCE_millrace_rings_cpus_1", "7",
                "CONFIG_FORCE_millrace_rings_cpus_0", "5",
                "CONFIG_FORCE_millrace_admin_enabled", "false",
                "CONFIG_FORCE_millrace_streams_a___b_source_type", "generator",
                "CONFIG_FORCE_millrace_streams_a___b_targets_0", "[::1]:1",
                "CONFIG_FORCE_other____program", "is left alone"));

    assertThat(settings.rings().entries()).isEqualTo(256);
    assertThat(settings.rings().drainTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(settings.rings().cpus()).containsExactly(5, 7);
    assertThat(settings.admin().enabled()).isFalse();
    assertThat(settings.streams()).extracting(StreamSettings::name).containsExactly("a_b", "s");
  }

  @Test
  void includedFilesCountAndTheirPathsStartFromTheirOwnFolder() throws Exception {
    Files.createDirectory(temp.resolve("sub"));
    folder.write("sub/slate.ts", "G");
    folder.write("sub/stream.conf", "source { type = file, path = slate.ts }");
    folder.write("rings.conf", "millrace.rings.batch = ${?BATCH}");

    Settings settings =
        folder.settings(
            """
            include "rings"
            include "there-is-none.conf"
            millrace.streams.s {
              include required("sub/stream.conf")
              targets = [ "127.0.0.1:1" ]
            }
            """,
            Map.of("BATCH", "8"));

    assertThat(settings.rings().batch()).isEqualTo(8);
    assertThat(settings.streams().getFirst().source())
        .isEqualTo(new FileSourceSettings(temp.resolve("sub/slate.ts"), 1316, false));
  }

  @Test
  void environmentReachesIntoFilesIncludedDeepInside() {
    folder.write("deep.conf", "datagram-size = ${SIZE}");

    Settings settings =
        folder.settings(
            """
            millrace.streams.s {
              source { type = generator, include "deep.conf" }
              targets = [ "127.0.0.1:1" ]
            }
            """,
            Map.of("SIZE", "99"));

    assertThat(settings.streams().getFirst().source().datagramBytes()).isEqualTo(99);
  }

  @Test
  void topLevelKeysOfTheUserServeSubstitutions() {
    Settings settings =
        folder.settings(
            """
            common { source.type = generator, pace = unlimited }
            port = 7
            millrace.streams {
              a = ${common} { targets = [ "127.0.0.1:"${port} ] }
              b = ${common} { targets = ${millrace.streams.a.targets} [ "127.0.0.1:8" ] }
            }
            """);

    assertThat(settings.streams().getLast().targets())
        .extracting(TargetSettings::to)
        .containsExactly(new HostPort("127.0.0.1", 7), new HostPort("127.0.0.1", 8));
  }

  @Test
  void nullOfAnOptionalKeyIsItsDefault() {
    Settings settings =
        folder.settings(
            """
            millrace.streams.s {
              source { type = generator, count = null }
              pace = null
              targets = [ { to = "127.0.0.1:1", ttl = null } ]
            }
            """);

    assertThat(settings.streams().getFirst().pace()).isEqualTo(new Unlimited());
    assertThat(settings.streams().getFirst().source())
        .isEqualTo(new GeneratorSourceSettings(1400, GeneratorSourceSettings.ENDLESS, false));
  }

  @Test
  void twoStreamsMayShareATarget() {
    assertThat(
            folder
                .settings(ConfigFolder.A_STREAM + "millrace.streams.t = ${millrace.streams.s}")
                .streams())
        .hasSize(2);
  }

  @Test
  void rangesIncludeTheirEnds() {
    folder.settings(
        """
        millrace {
          rings { entries = 64, batch = 64, drain-timeout = 0 s, cpus = [0, 8191] }
          buffers { slot-size = 1 MiB, slots-per-ring = 16 }
          send { combine-flag-bit = 0, send-buffer = 1 GiB }
          admin.listen = "localhost:65535"
          streams.s {
            source { type = generator, datagram-size = 65507, count = 1 }
            pace { rate = 1000 Gbit/s, burst = 10 s }
            targets = [ { to = "127.0.0.1:65535", ttl = 255, dscp = 63 }
                        { to = "127.0.0.1:1", ttl = 1, dscp = 0 } ]
          }
        }
        """);
    folder.settings(
        """
        millrace {
          rings { entries = 16384, batch = 1024, drain-timeout = 10 minutes }
          buffers { slot-size = 256 B, slots-per-ring = 65536 }
          send { send-buffer = 4k }
          streams.s {
            source { type = generator, datagram-size = 16, sequenced = on }
            pace { datagrams-per-second = 1e9, burst = 0 ms }
            targets = [ "127.0.0.1:1" ]
          }
        }
        """);
  }

  @Test
  void publicLoadReadsTheRealEnvironment() throws Exception {
    assertThat(
            ConfigLoader.load(
                    folder.write(
                        "x.conf", "path = ${PATH}\nempty = ${?x.y}\n" + ConfigFolder.A_STREAM))
                .settings()
                .streams())
        .hasSize(1);
  }

  @Test
  void paceTakesWhatCtlRateTakes() {
    for (String rate : List.of("50 Mbit/s", "1000/s", "unlimited", "2.5/s")) {
      for (String written : List.of(rate, '"' + rate + '"')) {
        String config =
            "millrace.streams.s { source.type = generator, pace = %s, targets = [\"a:1\"] }"
                .formatted(written);
        assertThat(folder.settings(config).streams().getFirst().pace())
            .as(written)
            .isEqualTo(Rates.parse(rate));
      }
    }
  }

  @Test
  void filesAreTheFileItselfAndWhatItIncludes() throws Exception {
    folder.write("stream.conf", "include \"deep.conf\"\n" + ConfigFolder.A_STREAM);
    folder.write("deep.conf", "millrace.rings.batch = 7");
    String config = "include \"stream.conf\"\ninclude \"there-is-none.conf\"\n";
    assertThat(folder.load(config, Map.of()).files())
        .containsExactlyInAnyOrder(
            temp.resolve("x.conf"), temp.resolve("stream.conf"), temp.resolve("deep.conf"));
  }
}
