package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EffectiveHoconTest {
  @TempDir Path temp;

  static List<String> configurations() {
    return List.of(
        ConfigFolder.A_STREAM,
        """
        millrace {
          rings { cpus = [3, 1], entries = 4096, batch = 1, idle = park, drain-timeout = 1500 us }
          buffers { slot-size = 1472 B, slots-per-ring = 17, huge-pages = always }
          send { engine = uring, completion = combined, zero-copy = never, gso = never,
                 combine-flag-bit = 4, send-buffer = 5000 B }
          admin { enabled = false, listen = "[::1]:0", control = true, token-file = token }
          reload { on-change = true }
        }
        """
            + ConfigFolder.A_STREAM,
        """
        millrace.streams {
          "a.b" {
            source { type = file, path = "odd \\" name.ts", loop = true }
            pace { rate = 1234567 bit/s, burst = 0 s }
            targets = [ "[fe80::1%eth0]:1", { to = "a.example:2", interface = "we\\"ird" } ]
          }
          "7" {
            source { type = generator, datagram-size = 16, count = 9223372036854775807, sequenced = true }
            pace { datagrams-per-second = 0.1 }
            targets = [ { to = "a:1", ttl = 1 }, { to = "a:1", dscp = 0 } ]
          }
          grown {
            source { type = pipe, path = "odd \\" name.ts", framing = length-32, datagram-size = 9, at-end = reopen }
            targets = [ "a:1" ]
          }
          said { source { type = pipe, path = "-", framing = line }, targets = [ "a:1" ] }
          null { source.type = generator, pace = unlimited, targets = [ "a:1" ] }
        }
        """);
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void loadsBackToEqualSettingsFromAnotherFolder(String config) throws Exception {
    Path here = Files.createDirectory(temp.resolve("here"));
    Path there = Files.createDirectory(temp.resolve("there"));
    Files.writeString(here.resolve("odd \" name.ts"), "G");
    Files.writeString(here.resolve("token"), "s3cret");

    LoadedConfig first = new ConfigFolder(here).load(config, Map.of());
    LoadedConfig again = new ConfigFolder(there).load(first.effectiveHocon(), Map.of());

    assertThat(again.settings()).isEqualTo(first.settings());
    assertThat(again.effectiveHocon()).isEqualTo(first.effectiveHocon());
  }

  @Test
  void everyDefaultIsWrittenOut() throws Exception {
    assertThat(new ConfigFolder(temp).load(ConfigFolder.A_STREAM, Map.of()).effectiveHocon())
        .isEqualTo(
            """
            millrace {
              rings {
                cpus = auto
                entries = 1024
                batch = 32
                idle = adaptive
                drain-timeout = 5 s
              }
              buffers {
                slot-size = 64 KiB
                slots-per-ring = 512
                huge-pages = auto
              }
              send {
                engine = auto
                completion = auto
                zero-copy = auto
                gso = auto
                combine-flag-bit = auto
                send-buffer = 4 MiB
              }
              admin {
                enabled = true
                listen = "127.0.0.1:9464"
                control = false
              }
              reload {
                on-change = false
              }
              streams {
                s {
                  source = { type = generator, datagram-size = 1400, sequenced = false }
                  pace = unlimited
                  targets = [
                    "127.0.0.1:1"
                  ]
                }
              }
            }
            """);
  }
}
