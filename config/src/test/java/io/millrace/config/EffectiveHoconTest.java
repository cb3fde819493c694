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
          rings { cpus = [3, 1], entries = 4096, batch = 1, idle = park, drain-timeout = 1500 us,
                  sqpoll { enabled = true, idle = 2 s, cpus = [0, 8191] } }
          buffers { slot-size = 1472 B, slots-per-ring = 17, huge-pages = always }
          send { engine = uring, completion = combined, zero-copy = never, gso = never,
                 combine-flag-bit = 4, send-buffer = 5000 B }
          admin { enabled = false, listen = "[::1]:0", control = true, token-file = token }
          reload { on-change = true }
          shard { index = 1, count = 2 }
          names { refresh = 100 ms, jitter = 0, timeout = 1500 ms, addresses = all, unresolvable = retry,
                  family = ipv6 }
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
            targets = [ { to = "a:1", ttl = 1 }, { to = "a:1", dscp = 0 },
                        { to = "10.0.0.1:1", from = "10.0.0.2:7", mark = 4294967295, mtu-discovery = omit,
                          multicast-loop = false, broadcast = true, send-buffer = 5000 B },
                        { to = "[ff02::1]:1", from = "[fe80::1%eth0]:0" },
                        { to = "a:1", addresses = all }, { to = "a:1", refresh = 7 s } ]
            rings = 2
          }
          grown {
            source { type = pipe, path = "odd \\" name.ts", framing = length-32, datagram-size = 9, at-end = reopen }
            targets = [ "a:1" ]
          }
          tv {
            source { type = ts, path = "odd \\" name.ts", packets-per-datagram = 4, loop = true, pcr-pid = 256,
                     rtp = true, rtp-ssrc = 4294967295, rtp-sequence = 65535 }
            pace { speed = 0.5, burst = 1 s }
            targets = [ "a:1" ]
          }
          clock { source { type = ts, path = "odd \\" name.ts" }, targets = [ "a:1" ] }
          random { source { type = ts, path = "odd \\" name.ts", rtp = true }, pace = 4 Mbit/s, targets = [ "a:1" ] }
          replayed {
            source { type = pcap, path = "odd \\" name.ts", datagram-size = 9000, count = 7, loop = true, loop-gap = 0 s,
                     longest-gap = 1 ms, filter = [ { from = "10.0.0.0/8", to-ports = "1-2" },
                                                    { to = "fe80::1", from-ports = 0 }, { to-ports = "0-65535" } ] }
            pace { speed = 2 }
            targets = [ "a:1" ]
          }
          captured { source { type = pcap, path = "odd \\" name.ts", loop = true }, pace = 7/s, targets = [ "a:1" ] }
          relay {
            source { type = udp, listen = "[ff3e::4321]:5004", interface = eth1, sources = [ "2001:db8::1", "2001:db8::2" ],
                     allow = [ "2001:db8::/32", "::1" ], datagram-size = 1316, sample = 5, receive-buffer = 1 MiB }
            targets = [ "a:1" ]
          }
          listener { source { type = udp, listen = "0.0.0.0:5004", allow = [ "10.0.0.0/8" ] }, targets = [ "a:1" ] }
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
                sqpoll {
                  enabled = false
                  idle = 10 ms
                  cpus = auto
                }
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
              names {
                refresh = 30 s
                jitter = 0.1
                timeout = 5 s
                addresses = first
                unresolvable = fail
                family = auto
              }
              shard {
                index = 0
                count = 1
              }
              streams {
                s {
                  source = { type = generator, datagram-size = 1400, sequenced = false }
                  pace = unlimited
                  targets = [
                    "127.0.0.1:1"
                  ]
                  rings = 1
                }
              }
            }
            """);
  }
}
