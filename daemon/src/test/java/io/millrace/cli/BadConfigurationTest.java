package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with a configuration or a command line is said in a line, with exit code 2. */
final class BadConfigurationTest {
  private static final String STREAM =
      "streams { news { source { type = generator, %s }, targets = [ \"%s\" ] } }";

  @TempDir private Path folder = Path.of("");

  private Cli check(String text) {
    return Cli.run("check", MillraceProcess.config(folder, text).toString());
  }

  private static String good() {
    return STREAM.formatted("datagram-size = 1000", "127.0.0.1:5004");
  }

  @Test
  void goodOneIsGood() {
    assertThat(check(good()).hasExited(0).out()).contains("good: 1 streams, 1 targets");
  }

  @Test
  void printConfigShowsWhatCounts() {
    Path file = MillraceProcess.config(folder, good());
    assertThat(Cli.run("print-config", file.toString()).hasExited(0).out())
        .contains("slots-per-ring", "\"127.0.0.1:5004\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"check", "print-config", "run", "doctor"})
  void everyCommandSaysWhatIsWrongInTheSameWay(String command) throws Exception {
    Path file = MillraceProcess.config(folder, "rings { cpu = auto }\n" + good());
    String err;
    if (command.equals("run")) {
      try (MillraceProcess run = MillraceProcess.start(folder, command, file.toString())) {
        err = run.hasExited(2).err();
      }
    } else {
      err = Cli.run(command, file.toString()).hasExited(2).err();
    }
    assertThat(err).contains("millrace.conf:2: millrace.rings.cpu: ").contains("cpus");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rings { idle = adaptive, drain-timeout = 5 parsecs } | millrace.rings.drain-timeout | ms",
        "buffers { slot-size = 64 } | millrace.buffers.slot-size | KiB",
        "send { completion = both } | millrace.send.completion | paired",
        "buffers { slots-per-ring = 3 } | millrace.buffers.slots-per-ring | 16 to 65536",
        "admin { listen = \"127.0.0.1:99999\" } | millrace.admin.listen | 65535",
      })
  void badValueIsNamedWithPlaceAndWhatIsAllowed(String text, String path, String allowed) {
    assertThat(check(text + "\n" + good()).hasExited(2).err())
        .contains("millrace.conf:2: " + path + ": ")
        .contains(allowed);
  }

  @Test
  void portZeroIsNoTarget() {
    assertThat(check(STREAM.formatted("datagram-size = 1000", "127.0.0.1:0")).hasExited(2).err())
        .contains("millrace.conf:2: ", "targets", "1 to 65535");
  }

  @Test
  void datagramLargerThanASlotIsRefused() {
    String text =
        "buffers { slot-size = 1 KiB }\n"
            + STREAM.formatted("datagram-size = 1400", "127.0.0.1:5004");
    assertThat(check(text).hasExited(2).err()).contains("datagram-size", "1400", "slot-size");
  }

  @Test
  void everyProblemIsReportedAtOnce() {
    Cli cli =
        check("rings { cpu = auto, entries = 1 }\n" + STREAM.formatted("count = 0", "nowhere"));
    assertThat(cli.hasExited(2).err().lines().filter(line -> line.contains("millrace.conf:")))
        .hasSizeGreaterThanOrEqualTo(4);
  }

  @Test
  void missingConfigurationIsNamed() {
    Path missing = folder.resolve("missing.conf");
    assertThat(Cli.run("check", missing.toString()).hasExited(2).err())
        .contains(missing.toString());
  }

  @Test
  void missingSourceFileIsNamed() {
    String text =
        "streams { news { source { type = file, path = \"gone.ts\" }, targets = ["
            + " \"127.0.0.1:5004\" ] } }";
    assertThat(check(text).hasExited(2).err()).contains("millrace.conf:2: ", "gone.ts");
  }

  @Test
  void folderIsNoConfiguration() {
    assertThat(Cli.run("check", folder.toString()).hasExited(2).err()).contains(folder.toString());
  }

  /** As root without the capabilities to read what it may not. */
  @Test
  void unreadableConfigurationIsNamed() throws Exception {
    Path file = MillraceProcess.config(folder, good());
    Files.setPosixFilePermissions(file, Set.of());
    List<String> launcher = Launchers.without("dac_override", "dac_read_search");
    try (MillraceProcess check =
        MillraceProcess.start(folder, launcher, Map.of(), "check", file.toString())) {
      assertThat(check.hasExited(2).err()).contains(file + ": is there, but is not readable");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--bogus",
        "fly",
        "run",
        "check",
        "check a b",
        "run a --summary-json",
        "doctor a b",
        "ctl",
        "ctl fly",
        "ctl pause",
        "ctl rate news"
      })
  void badUsageShowsTheUsage(String line) {
    Cli cli = Cli.run(line.isEmpty() ? new String[0] : line.split(" ", -1));
    assertThat(cli.hasExited(2).err()).contains("Usage: millrace");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--help", "--version", "run --help", "doctor --help", "ctl --help", "ctl rate -h"})
  void helpIsNoFailure(String line) {
    Cli cli = Cli.run(line.split(" ", -1));
    assertThat(cli.hasExited(0).out()).contains("millrace");
    assertThat(cli.err()).isEmpty();
  }
}
