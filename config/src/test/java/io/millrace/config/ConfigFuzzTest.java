package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged configurations: whatever is in a file, loading gives settings that print and load back,
 * or problems that have a place and a message. Repeat a run with {@code -Dmillrace.fuzz.seed=N},
 * fuzz longer with {@code -Dmillrace.fuzz.runs=N}.
 */
class ConfigFuzzTest {
  private static final int RUNS = 500;
  private static final int MAX_DAMAGES = 4;
  private static final String VALID =
      """
      common = { ttl = 8, dscp = 46 }
      millrace {
        rings.cpus = [2, 3]
        rings.entries = 2048
        rings.batch = 64
        rings { idle = busy-spin, drain-timeout = 250 ms }
        rings.sqpoll { enabled = true, idle = 4 ms, cpus = [0, 1] }
        buffers.slot-size = 2 KiB
        buffers { slots-per-ring = 100, huge-pages = never }
        send.engine = uring
        send.completion = paired
        send { zero-copy = always, gso = never, combine-flag-bit = 15 }
        send.send-buffer = 1 MiB
        admin.enabled = false
        admin.listen = "[::1]:0"
        streams {
          news {
            source { type = file, path = "x.conf", datagram-size = 1000, loop = true }
            pace { rate = 50 Mbit/s, rate = ${?RATE}, burst = 1 ms }
            targets = [ "127.0.0.1:5004", ${common} { to = "239.1.1.1:5004", interface = eth0 } ]
          }
          load {
            source { type = generator, datagram-size = 16, count = 5000000000, sequenced = true }
            pace { datagrams-per-second = 0.5 }
            targets = ${millrace.streams.news.targets} [ "receiver.example:9" ]
          }
        }
      }
      """;
  private static final List<String> SCRAPS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          "\"",
          "\"\"\"",
          "${",
          "${x}",
          "${?RATE}",
          "${common}",
          "=",
          "+=",
          ":",
          ",",
          ".",
          "..",
          "\n",
          "#",
          "//",
          "\\",
          "\\u0000",
          "null",
          "true",
          "[]",
          "{}",
          "-1",
          "0",
          "1e999",
          "1e-999",
          "NaN",
          "99999999999999999999",
          "5 ms",
          "7 KiB",
          "include \"x.conf\"",
          "include required(\"y\")",
          "auto",
          "millrace",
          "a.b",
          "\u0000",
          "\uFFFF",
          "é",
          "%n",
          "%s");

  @TempDir Path temp;

  @Test
  void damagedConfigurationsGiveSettingsOrProblemsAndNothingElse() {
    long seed = Long.getLong("millrace.fuzz.seed", System.nanoTime());
    fuzz(seed, Integer.getInteger("millrace.fuzz.runs", RUNS));
  }

  @Test
  void undamagedConfigurationHasNoProblem() {
    assertThat(new ConfigFolder(temp).settings(VALID).streams()).hasSize(2);
  }

  /** Seeds that found something once, and some to begin with. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void seedsOfThePastStayGood(long seed) {
    fuzz(seed, 50);
  }

  private void fuzz(long seed, int runs) {
    System.out.println("ConfigFuzzTest: seed " + seed);
    Random random = new Random(seed);
    ConfigFolder folder = new ConfigFolder(temp);
    int loaded = 0;
    for (int run = 0; run < runs; run++) {
      String config = VALID;
      for (int damages = 1 + random.nextInt(MAX_DAMAGES) * random.nextInt(2);
          damages > 0;
          damages--) {
        config = damage(config, random);
      }
      try {
        loaded += check(folder, config) ? 1 : 0;
      } catch (Exception | Error e) {
        throw new AssertionError("seed %d, run %d: %s%n%s".formatted(seed, run, e, config), e);
      }
    }
    System.out.printf("ConfigFuzzTest: seed %d: %d of %d loaded%n", seed, loaded, runs);
    // Damage that always or never matters would leave half of the checks unused.
    assertThat(loaded).as("configurations that loaded, seed %d", seed).isBetween(1, runs - 1);
  }

  /** Whether it loaded. */
  private static boolean check(ConfigFolder folder, String config) throws Exception {
    Map<String, String> environment = Map.of("RATE", "7 Mbit/s");
    LoadedConfig loaded;
    try {
      loaded = folder.load(config, environment);
    } catch (ConfigProblemsException e) {
      assertThat(e.problems()).isNotEmpty();
      for (ConfigProblem problem : e.problems()) {
        assertThat(problem.origin()).isNotBlank();
        assertThat(problem.message()).isNotBlank().doesNotContain("\n", "com.typesafe");
        assertThat(problem.toString()).doesNotContain(Problems.UNRESOLVED);
      }
      return false;
    }
    assertThat(folder.load(loaded.effectiveHocon(), Map.of())).isEqualTo(loaded);
    return true;
  }

  private static String damage(String config, Random random) {
    int from = random.nextInt(config.length() + 1);
    int to = Math.min(config.length(), from + random.nextInt(12));
    String before = config.substring(0, from);
    String after = config.substring(to);
    return switch (random.nextInt(8)) {
      case 0 -> before + after;
      case 1 -> before + SCRAPS.get(random.nextInt(SCRAPS.size())) + config.substring(from);
      case 2 -> before + SCRAPS.get(random.nextInt(SCRAPS.size())) + after;
      case 3 -> before + (char) random.nextInt(0x250) + config.substring(from);
      case 4, 5 -> replaceAValue(config, random);
      default -> repeatOrDropALine(config, random);
    };
  }

  /** What is most interesting stays syntactically right: one value becomes another one. */
  private static String replaceAValue(String config, Random random) {
    int from = config.indexOf(" = ", random.nextInt(config.length() + 1));
    if (from < 0) {
      return config;
    }
    int to = from + 3;
    while (to < config.length() && ",}\n".indexOf(config.charAt(to)) < 0) {
      to++;
    }
    return config.substring(0, from + 3)
        + SCRAPS.get(random.nextInt(SCRAPS.size()))
        + config.substring(to);
  }

  /** Most lines say one thing, and a configuration without it or with it twice is still one. */
  private static String repeatOrDropALine(String config, Random random) {
    List<String> lines = new ArrayList<>(config.lines().toList());
    if (lines.isEmpty()) {
      return config;
    }
    String line = lines.remove(random.nextInt(lines.size()));
    if (random.nextBoolean()) {
      int at = random.nextInt(lines.size() + 1);
      lines.addAll(at, List.of(line, line));
    }
    return String.join("\n", lines) + "\n";
  }
}
