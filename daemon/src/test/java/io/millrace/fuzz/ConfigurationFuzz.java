package io.millrace.fuzz;

import io.millrace.config.ConfigLoader;
import io.millrace.config.ConfigProblem;
import io.millrace.config.ConfigProblemsException;
import io.millrace.config.LoadedConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A configuration of any bytes loads, and then prints as one that loads to the same; or it has
 * problems, each with a place and a sentence.
 */
final class ConfigurationFuzz implements FuzzTarget {
  private static final String WHOLE =
      """
      common = { ttl = 8, dscp = 46 }
      millrace {
        rings { cpus = [2, 3], entries = 2048, batch = 64, idle = busy-spin, drain-timeout = 250 ms }
        buffers { slot-size = 2 KiB, slots-per-ring = 100, huge-pages = never }
        send { engine = uring, completion = paired, zero-copy = always, gso = never }
        send { combine-flag-bit = 15, send-buffer = 1 MiB }
        admin { enabled = false, listen = "[::1]:0", control = true, token-file = "part.conf" }
        reload.on-change = true
        streams {
          news {
            source { type = file, path = "part.conf", datagram-size = 1000, loop = true }
            pace { rate = 50 Mbit/s, rate = ${?RATE}, burst = 1 ms, kernel = fq }
            targets = [ "127.0.0.1:5004", ${common} { to = "239.1.1.1:5004", interface = eth0 } ]
          }
          "a.b" {
            source { type = pipe, path = "-", framing = length-16, datagram-size = 20, at-end = end }
            pace = 100000/s
            targets = ${millrace.streams.news.targets} [ "receiver.example:9" ]
          }
        }
      }
      """;

  private static final String SHORT =
      "millrace.streams.s { source.type = generator, targets = [\"127.0.0.1:1\"] }\n";

  private static final List<String> INSIDES = List.of("com.typesafe", "java.", "\uE000");

  private final Path folder;
  private final Path file;
  private final Path printed;

  ConfigurationFuzz() {
    try {
      folder = Files.createTempDirectory("millrace-fuzz");
      file = folder.resolve("x.conf");
      printed = folder.resolve("printed.conf");
      Files.writeString(folder.resolve("part.conf"), "millrace.rings.batch = 8\n");
      file.toFile().deleteOnExit();
      printed.toFile().deleteOnExit();
      folder.resolve("part.conf").toFile().deleteOnExit();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
            WHOLE,
            SHORT,
            SHORT + "include \"part\"\ninclude required(file(\"part.conf\"))\n",
            SHORT + "millrace.streams.s.pace.datagrams-per-second = 0.5",
            SHORT + "a = [1]\na = ${a} [2]\na += 3\nb = ${?a} {c = \"\"\"x\"\"\"}",
            SHORT + "a = xxxxxxxx\nb = ${a}${a}${a}\nc = ${b}${b}${b}\nd = ${c}${c}${c}",
            "{\"millrace\": {\"streams\": {}}}",
            "include url(\"http://127.0.0.1:1/\")")
        .stream()
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  @Override
  public List<String> words() {
    return List.of(
        "{",
        "}",
        "[",
        "]",
        "\"",
        "\"\"\"",
        "${",
        "${?",
        "${a}",
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
        "\u0000",
        "\uFEFF",
        "null",
        "true",
        "[]",
        "{}",
        "-1",
        "0",
        "0.5",
        "1e999",
        "1e-300",
        "99999999999999999999",
        "NaN",
        "x",
        "auto",
        "1 ms",
        "1e9 s",
        "2 KiB",
        "50 Mbit/s",
        "1e12 bit/s",
        "100000/s",
        "unlimited",
        "include \"part\"",
        "include \"x.conf\"",
        "include required(\"y\")",
        "include file(\"/dev/zero\")",
        "millrace",
        "streams",
        "targets",
        "source",
        "pace",
        "rings",
        "type = generator",
        "type = pipe",
        "[::1]:5004",
        "[fe80::1%eth0]:1",
        "255.255.255.255:65535",
        "\uD83C\uDF0A");
  }

  @Override
  public void accept(byte[] input) throws Exception {
    Files.write(file, input);
    LoadedConfig loaded;
    try {
      loaded = ConfigLoader.load(file);
    } catch (ConfigProblemsException refused) {
      if (refused.problems().isEmpty()) {
        throw new AssertionError("refused without a problem");
      }
      String sent = new String(input, StandardCharsets.UTF_8);
      refused.problems().forEach(problem -> checkProblem(problem, sent));
      return;
    }
    Files.writeString(printed, loaded.effectiveHocon());
    LoadedConfig again = ConfigLoader.load(printed);
    if (!again.settings().equals(loaded.settings())
        || !again.effectiveHocon().equals(loaded.effectiveHocon())) {
      throw new AssertionError("printed, it is another one:\n" + loaded.effectiveHocon());
    }
  }

  private void checkProblem(ConfigProblem problem, String sent) {
    String text = problem.toString();
    boolean placed = problem.origin().startsWith(folder + "/") && !problem.message().isBlank();
    boolean readable = text.lines().count() == 1 && text.length() < 2000;
    // What was written may be quoted, and a fuzzer soon learns to write these words.
    boolean ours = INSIDES.stream().allMatch(word -> sent.contains(word) || !text.contains(word));
    if (!placed || !readable || !ours) {
      throw new AssertionError("a bad problem: " + text);
    }
  }
}
