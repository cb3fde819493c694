package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said about bad configurations, word for word: it is what users and their scripts see. */
class ConfigProblemsTest {
  @TempDir Path temp;
  private ConfigFolder folder = new ConfigFolder(Path.of(""));

  @BeforeEach
  void createFolder() {
    folder = new ConfigFolder(temp);
    folder.write("news.ts", "G");
    folder.write("empty.ts", "");
  }

  static Stream<Arguments> badSettings() {
    return Stream.of(
        // Unknown keys, at each level.
        arguments(
            "millrace.ring.entries = 64",
            "ring: unknown key; allowed: rings, buffers, send, admin, reload, names, shard,"
                + " streams; did"
                + " you mean \"rings\"?"),
        arguments(
            "millrace.rings.entrys = 64",
            "rings.entrys: unknown key; allowed: cpus, entries, batch, idle, drain-timeout, sqpoll;"
                + " did you mean \"entries\"?"),
        arguments(
            "millrace.buffers.slotSize = 64",
            "buffers.slotSize: unknown key; allowed: slot-size, slots-per-ring, huge-pages; did you"
                + " mean \"slot-size\"?"),
        arguments(
            "millrace.send.zerocopy = auto",
            "send.zerocopy: unknown key; allowed: engine, completion, zero-copy, gso,"
                + " combine-flag-bit, send-buffer; did you mean \"zero-copy\"?"),
        arguments(
            "millrace.admin.password = x",
            "admin.password: unknown key; allowed: enabled, listen, control, token-file, tls"),
        arguments(
            "millrace.admin.\"a.b\" = x",
            "admin.\"a.b\": unknown key; allowed: enabled, listen, control, token-file, tls"),
        arguments(
            "millrace.shard { index = 3, count = 3 }",
            "shard.index: 3 is no shard of count = 3; allowed: 0 to 2"),
        arguments(
            "millrace.shard.count = 0", "shard.count: 0 is out of range; allowed: 1 to 10000"),
        // Wrong types.
        arguments("millrace.rings = 5", "rings: expected an object { ... }, found a number"),
        arguments(
            "millrace.rings.entries = [64]",
            "rings.entries: expected one value, found a list [ ... ]; allowed: 64 to 16384"),
        arguments(
            "millrace.rings.entries = {}",
            "rings.entries: expected one value, found an object { ... }; allowed: 64 to 16384"),
        arguments(
            "millrace.rings.entries = many",
            "rings.entries: expected a whole number, found \"many\"; allowed: 64 to 16384"),
        arguments(
            "millrace.rings.entries = true",
            "rings.entries: expected a whole number, found \"true\"; allowed: 64 to 16384"),
        arguments(
            "millrace.rings.entries = 64.5",
            "rings.entries: 64.5 is not a whole number; allowed: 64 to 16384"),
        arguments(
            "millrace.admin.enabled = ture",
            "admin.enabled: \"ture\" is neither true nor false; allowed: true, false; did you mean"
                + " \"true\"?"),
        arguments(
            "millrace.streams = []", "streams: expected an object { ... }, found a list [ ... ]"),
        // Missing: null takes the default away.
        arguments(
            "millrace.rings.entries = null", "rings.entries: is missing; allowed: 64 to 16384"),
        arguments("millrace.rings = null", "rings: is missing; allowed: an object { ... }"),
        arguments(
            "millrace.rings.cpus = null",
            "rings.cpus: is missing; allowed: auto, or a list such as [2, 3]"),
        arguments(
            "millrace.send.engine = null",
            "send.engine: is missing; allowed: auto, uring, sendmmsg"),
        // Out of range.
        arguments(
            "millrace.rings.entries = 63",
            "rings.entries: 63 is out of range; allowed: 64 to 16384"),
        arguments(
            "millrace.rings.entries = 16385",
            "rings.entries: 16385 is out of range; allowed: 64 to 16384"),
        arguments(
            "millrace.rings.entries = 99999999999999999999",
            "rings.entries: 99999999999999999999 is out of range; allowed: 64 to 16384"),
        arguments(
            "millrace.rings.entries = 1e999",
            "rings.entries: expected a whole number, found \"Infinity\"; allowed: 64 to 16384"),
        arguments("millrace.rings.batch = 0", "rings.batch: 0 is out of range; allowed: 1 to 1024"),
        arguments(
            "millrace.rings { entries = 64, batch = 65 }",
            "rings.batch: 65 is more than entries = 64; allowed: 1 to 64"),
        arguments(
            "millrace.rings.drain-timeout = 11 minutes",
            "rings.drain-timeout: \"11 minutes\" is out of range; allowed: 0 ms to 600 s"),
        arguments(
            "millrace.rings.cpus = [1, 8192]",
            "rings.cpus[1]: 8192 is out of range; allowed: 0 to 8191"),
        arguments(
            "millrace.rings.cpus = [1, 2, 1]",
            "rings.cpus: CPU 1 is named twice; allowed: one ring per CPU"),
        arguments(
            "millrace.rings.cpus = []",
            "rings.cpus: names no CPU; allowed: auto, or a list such as [2, 3]"),
        arguments(
            "millrace.rings.cpus = 2",
            "rings.cpus: expected a list, found a number; allowed: auto, or a list such as [2, 3]"),
        arguments(
            "millrace.rings.cpus = aut",
            "rings.cpus: \"aut\" is not allowed; allowed: auto, or a list such as [2, 3]; did you"
                + " mean \"auto\"?"),
        // A kernel thread for each ring.
        arguments(
            "millrace.rings.sqpoll = on",
            "rings.sqpoll: expected an object { ... }, found a string"),
        arguments(
            "millrace.rings.sqpoll.cpu = 1",
            "rings.sqpoll.cpu: unknown key; allowed: enabled, idle, cpus; did you mean \"cpus\"?"),
        arguments(
            "millrace.rings.sqpoll.enabled = maybe",
            "rings.sqpoll.enabled: \"maybe\" is neither true nor false; allowed: true, false"),
        arguments(
            "millrace.rings.sqpoll.idle = 10",
            "rings.sqpoll.idle: 10 has no unit; write for example 5 ms; allowed: 1 ms to 60 s"),
        arguments(
            "millrace.rings.sqpoll.idle = 500 us",
            "rings.sqpoll.idle: \"500 us\" is out of range; allowed: 1 ms to 60 s"),
        arguments(
            "millrace.rings.sqpoll.idle = 1500 us",
            "rings.sqpoll.idle: 1500 us is not a whole number of milliseconds, which the kernel"
                + " takes; allowed: 1 ms to 60 s"),
        arguments(
            "millrace.rings.sqpoll.cpus = []",
            "rings.sqpoll.cpus: names no CPU; allowed: auto, or a list with one CPU for each of"
                + " rings.cpus"),
        arguments(
            "millrace.rings.sqpoll.cpus = [1, 1]",
            "rings.sqpoll.cpus: CPU 1 is named twice; allowed: one kernel thread per CPU"),
        arguments(
            "millrace.rings.sqpoll { enabled = true, cpus = [1] }",
            "rings.sqpoll.cpus: is a list, and rings.cpus = auto; allowed: auto, or lists for"
                + " both"),
        arguments(
            "millrace.rings { cpus = [2, 3], sqpoll { enabled = true, cpus = [1] } }",
            "rings.sqpoll.cpus: names 1 CPU for the 2 of rings.cpus; allowed: auto, or a list with"
                + " one CPU for each of rings.cpus"),
        arguments(
            "millrace.rings { cpus = [2, 3], sqpoll { enabled = true, cpus = [1, 2] } }",
            "rings.sqpoll.cpus: CPU 2 is in rings.cpus too, and the two threads would take turns;"
                + " allowed: CPUs that no ring has"),
        arguments(
            "millrace { rings.sqpoll.enabled = true, send.engine = sendmmsg }",
            "send.engine: sendmmsg has no rings, and rings.sqpoll.enabled = true; allowed: auto,"
                + " uring"),
        arguments(
            "millrace.buffers.slot-size = 128 B",
            "buffers.slot-size: \"128 B\" is out of range; allowed: 256 B to 1 MiB"),
        arguments(
            "millrace.buffers.slot-size = 1500 B",
            "buffers.slot-size: 1500 B is not a multiple of 64 B; allowed: 256 B to 1 MiB in steps"
                + " of 64 B; nearest: 1472 B"),
        arguments(
            "millrace.buffers.slots-per-ring = 15",
            "buffers.slots-per-ring: 15 is out of range; allowed: 16 to 65536"),
        arguments(
            "millrace.send.combine-flag-bit = 16",
            "send.combine-flag-bit: 16 is out of range; allowed: 0 to 15 or auto"),
        arguments(
            "millrace.send.combine-flag-bit = none",
            "send.combine-flag-bit: expected a whole number, found \"none\"; allowed: 0 to 15 or"
                + " auto"),
        arguments(
            "millrace.send.send-buffer = 2 GiB",
            "send.send-buffer: \"2 GiB\" is out of range; allowed: 4 KiB to 1 GiB"),
        // Units.
        arguments(
            "millrace.buffers.slot-size = 65536",
            "buffers.slot-size: 65536 has no unit; write for example 64 KiB; allowed: 256 B to 1"
                + " MiB"),
        arguments(
            "millrace.rings.drain-timeout = 5",
            "rings.drain-timeout: 5 has no unit; write for example 5 ms; allowed: 0 ms to 600 s"),
        arguments(
            "millrace.rings.drain-timeout = 5 sec",
            "rings.drain-timeout: unknown unit \"sec\" in \"5 sec\"; allowed: ns, us, ms, s, m, h,"
                + " d"),
        arguments(
            "millrace.rings.drain-timeout = soon",
            "rings.drain-timeout: expected a number and a unit such as 5 ms, found \"soon\";"
                + " allowed: 0 ms to 600 s"),
        arguments(
            "millrace.buffers.slot-size = 64 kib",
            "buffers.slot-size: unknown unit \"kib\" in \"64 kib\"; allowed: B, KiB, MiB, GiB, kB,"
                + " MB, GB; did you mean \"KiB\"?"),
        arguments(
            "millrace.send.send-buffer = 4096.5 B",
            "send.send-buffer: \"4096.5 B\" is not a whole number of bytes; allowed: 4 KiB to 1"
                + " GiB"),
        // Enumerations.
        arguments(
            "millrace.rings.idle = busyspin",
            "rings.idle: \"busyspin\" is not allowed; allowed: busy-spin, adaptive, park; did you"
                + " mean \"busy-spin\"?"),
        arguments(
            "millrace.send.engine = sendmsg",
            "send.engine: \"sendmsg\" is not allowed; allowed: auto, uring, sendmmsg; did you mean"
                + " \"sendmmsg\"?"),
        arguments(
            "millrace.send { engine = sendmmsg, zero-copy = always }",
            "send.zero-copy: always needs io_uring, and engine = sendmmsg; allowed: auto, never"),
        arguments(
            "millrace.send { engine = sendmmsg, completion = combined }",
            "send.completion: combined needs io_uring, and engine = sendmmsg; allowed: auto,"
                + " paired"),
        arguments(
            "millrace.send.completion = both",
            "send.completion: \"both\" is not allowed; allowed: auto, combined, paired"),
        arguments(
            "millrace.send.zero-copy = true",
            "send.zero-copy: \"true\" is not allowed; allowed: auto, always, never"),
        arguments(
            "millrace.send.gso = always",
            "send.gso: \"always\" is not allowed; allowed: auto, never"),
        arguments(
            "millrace.buffers.huge-pages = allways",
            "buffers.huge-pages: \"allways\" is not allowed; allowed: auto, always, never; did you"
                + " mean \"always\"?"),
        // Addresses; HostPortTest has more.
        arguments(
            "millrace.admin.listen = 9464",
            "admin.listen: \"9464\" has no port; allowed: \"name:5004\", \"192.0.2.1:5004\" or"
                + " \"[2001:db8::1]:5004\""),
        arguments(
            "millrace.admin.token-file = none",
            "admin.token-file: none is not a readable file with a token in its first line"),
        arguments(
            "millrace.reload.on-change = 1",
            "reload.on-change: \"1\" is neither true nor false; allowed: true, false"),
        arguments(
            "millrace.names.refresh = 99 ms",
            "names.refresh: \"99 ms\" is out of range; allowed: 100 ms to 86400 s"),
        arguments(
            "millrace.names.jitter = 0.6", "names.jitter: 0.6 is out of range; allowed: 0 to 0.5"),
        arguments(
            "millrace.names.jitter = some",
            "names.jitter: expected a number, found \"some\"; allowed: 0 to 0.5"),
        arguments(
            "millrace.names.timeout = 2 m",
            "names.timeout: \"2 m\" is out of range; allowed: 10 ms to 60 s"),
        arguments(
            "millrace.names.addresses = any",
            "names.addresses: \"any\" is not allowed; allowed: first, all"),
        arguments(
            "millrace.names.unresolvable = retyr",
            "names.unresolvable: \"retyr\" is not allowed; allowed: fail, retry; did you mean"
                + " \"retry\"?"),
        arguments(
            "millrace.names.family = ipv5",
            "names.family: \"ipv5\" is not allowed; allowed: auto, ipv4, ipv6; did you mean"
                + " \"ipv4\"?"),
        arguments(
            "millrace.admin.listen = \"localhost:65536\"",
            "admin.listen: \"localhost:65536\" has no valid port; allowed: 0 to 65535"));
  }

  @ParameterizedTest
  @MethodSource("badSettings")
  void badSettingIsNamedWithItsLine(String line, String expected) {
    // A line before it, so that a line number that is always 1 doesn't pass.
    String stream = line.contains("streams") ? "\n" : ConfigFolder.A_STREAM;
    assertThat(folder.problems(stream + line)).containsExactly("x.conf:2: millrace." + expected);
  }

  static Stream<Arguments> badFiles() {
    return Stream.of(
        arguments(
            "", "x.conf: millrace: is missing; a configuration is one object: millrace { ... }"),
        arguments(
            "millrace = null",
            "x.conf: millrace: is missing; a configuration is one object: millrace { ... }"),
        arguments("millrace = 5", "x.conf:1: millrace: expected an object { ... }, found a number"),
        arguments(
            "millrace {}",
            "x.conf: millrace.streams: has no stream; allowed: at least one, such as streams { news"
                + " { ... } }"),
        arguments(
            "\nmillrace { streams {} }",
            "x.conf:2: millrace.streams: has no stream; allowed: at least one, such as streams {"
                + " news { ... } }"),
        arguments(
            "millrace.streams { \"a b\" { source.type = generator, targets = [\"a:1\"] } }",
            "x.conf:1: millrace.streams.\"a b\": \"a b\" is no stream name; allowed: 1 to 64"
                + " letters, digits, \".\", \"_\" and \"-\""),
        arguments(
            "millrace.streams.s = 7",
            "x.conf:1: millrace.streams.s: expected an object { ... }, found a number"),
        arguments(
            "\n\nmillrace { rings { entries = 64 }",
            "x.conf:3: Expecting close brace } or a comma, got end of file"),
        arguments("[1]", "x.conf:1: is not an object; allowed: millrace { ... }"),
        arguments(
            "\na..b = 1",
            "x.conf:2: path has a leading, trailing, or two adjacent period '.' (use quoted \"\""
                + " empty string if you want an empty element)"),
        arguments(
            "a = ${b}\nb = ${a}\n" + ConfigFolder.A_STREAM,
            "x.conf:2: Could not resolve substitution to a value: ${a} was part of a cycle of"
                + " substitutions involving ${b}, ${a}, ${b}"),
        arguments(
            "a = [1] {b = 2}\n" + ConfigFolder.A_STREAM,
            "x.conf:1: Cannot concatenate object or list with a non-object-or-list"),
        // Includes.
        arguments(
            "include \"x.conf\"",
            "x.conf:1: included file \"x.conf\" includes itself, directly or through others"),
        arguments(
            "\ninclude required(\"none\")\n",
            "x.conf:2: included file \"none\" is required, but is not there"),
        arguments(
            "\ninclude required(file(\"none.conf\"))\n",
            "x.conf:2: included file \"none.conf\" is required, but is not there"),
        arguments(
            "\ninclude \"nested.conf\"\n",
            "nested.conf:4: included file \"none.conf\" is required, but is not there"),
        arguments(
            "include \"broken\"",
            "broken.conf:2: Expecting a value but got wrong token: '}' (if you intended '}' to be"
                + " part of a key or string value, try enclosing the key or value in double"
                + " quotes)"),
        arguments(
            "\ninclude \"folder.conf\"\n",
            "x.conf:2: included file \"folder.conf\" is a folder; allowed: a configuration file"));
  }

  @ParameterizedTest
  @MethodSource("badFiles")
  void badFileIsNamedWithItsLineWhereKnown(String file, String expected) throws IOException {
    folder.write("broken.conf", "\na = }");
    folder.write("nested.conf", "\n\n\ninclude required(\"none.conf\")");
    Files.createDirectory(temp.resolve("folder.conf"));
    assertThat(folder.problems(file)).containsExactly(expected);
  }

  @Test
  void everyProblemIsToldAtOnceInTheOrderOfTheFile() {
    assertThat(
            folder.problems(
                """
                millrace {
                  streams {
                    news {
                      source { type = file, path = none.ts, datagram-size = 0 }
                      pace { rate = 5, burst = 5 }
                      targets = [ "a", { to = "b:0", ttl = 0 } ]
                      colour = red
                    }
                  }
                  rings { entries = 5, batch = 2000, idle = never }
                  buffers.slot-size = 1
                }
                """))
        .extracting(problem -> problem.replaceAll("^x.conf:(\\d+): millrace\\.(\\S+): .*", "$1 $2"))
        .containsExactly(
            "4 streams.news.source.path",
            "4 streams.news.source.datagram-size",
            "5 streams.news.pace.rate",
            "5 streams.news.pace.burst",
            "6 streams.news.targets[0]",
            "6 streams.news.targets[1].to",
            "6 streams.news.targets[1].ttl",
            "7 streams.news.colour",
            "10 rings.entries",
            "10 rings.batch",
            "10 rings.idle",
            "11 buffers.slot-size");
  }

  @Test
  void eachSubstitutionWithoutAValueIsToldOnceAndTheRestIsStillChecked() {
    assertThat(
            folder.problems(
                """
                millrace.rings.entries = ${ENTRIES}
                millrace.rings.batch = 0
                millrace.streams.s {
                  source { type = file, path = ${FOLDER}/news.ts }
                  targets = [ "127.0.0.1:"${PORT} ]
                }
                """))
        .containsExactly(
            "x.conf:1: ${ENTRIES} has no value; allowed: a key of this file or an environment"
                + " variable, or ${?ENTRIES} if it may be absent",
            "x.conf:2: millrace.rings.batch: 0 is out of range; allowed: 1 to 1024",
            "x.conf:4: ${FOLDER} has no value; allowed: a key of this file or an environment"
                + " variable, or ${?FOLDER} if it may be absent",
            "x.conf:5: ${PORT} has no value; allowed: a key of this file or an environment"
                + " variable, or ${?PORT} if it may be absent");
  }

  @Test
  void topLevelKeyThatIsNearlyOursIsAnError() {
    assertThat(folder.problems("\nmilrace.rings.entries = 64\n" + ConfigFolder.A_STREAM))
        .containsExactly(
            "x.conf:2: milrace: unknown key; allowed: millrace; did you mean \"millrace\"?");
    assertThat(folder.problems("Millrace {}"))
        .containsExactly(
            "x.conf: millrace: is missing; a configuration is one object: millrace { ... }",
            "x.conf:1: Millrace: unknown key; allowed: millrace; did you mean \"millrace\"?");
  }

  @Test
  void valuesFromTheEnvironmentNameTheirVariable() {
    assertThat(
            folder.problems(
                "millrace.rings.batch = ${BATCH}\n" + ConfigFolder.A_STREAM,
                Map.of(
                    "BATCH", "-1",
                    "CONFIG_FORCE_millrace_rings_entries", "5",
                    "CONFIG_FORCE_millrace_rings_drain___timeout", "1 s",
                    "CONFIG_FORCE_millrace____", "1 s")))
        .containsExactly(
            "env BATCH: millrace.rings.batch: -1 is out of range; allowed: 1 to 1024",
            "env CONFIG_FORCE_millrace____: names no key; allowed: _ for a dot, __ for a dash, ___"
                + " for an underscore",
            "env CONFIG_FORCE_millrace_rings_drain___timeout: millrace.rings.drain_timeout: unknown"
                + " key; allowed: cpus, entries, batch, idle, drain-timeout, sqpoll; did you mean"
                + " \"drain-timeout\"?",
            "env CONFIG_FORCE_millrace_rings_entries: millrace.rings.entries: 5 is out of range;"
                + " allowed: 64 to 16384");
  }

  @Test
  void problemsOfIncludedFilesNameTheIncludedFile() {
    folder.write("rings.conf", "\n\nmillrace.rings.entries = 5");
    assertThat(folder.problems("include \"rings.conf\"\n" + ConfigFolder.A_STREAM))
        .containsExactly(
            "rings.conf:3: millrace.rings.entries: 5 is out of range; allowed: 64 to 16384");
  }

  @Test
  void fileThatIsNoConfigurationIsAProblemOfItsOwn() {
    assertThat(problemsOf(temp.resolve("none.conf"))).containsExactly("none.conf: no such file");
    assertThat(problemsOf(temp.resolve(".")))
        .containsExactly(".: is a folder; allowed: a configuration file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "[::]", "192.0.2.1", "millrace.example"})
  void controlFromElsewhereNeedsAToken(String host) {
    folder.write("token", "secret");
    String admin = "millrace.admin { control = true, listen = \"%s:9464\"".formatted(host);
    assertThat(folder.problems(ConfigFolder.A_STREAM + admin + "}"))
        .containsExactly(
            ("x.conf:2: millrace.admin.control: is true, and listen = \"%s:9464\" lets others than"
                 + " this machine in; allowed: with a token-file or a tls.client-ca, or listen on"
                 + " 127.0.0.1 or [::1]")
                .formatted(host));
    assertThat(folder.settings(ConfigFolder.A_STREAM + admin + ", token-file = token }").admin())
        .isNotNull();
    assertThat(folder.settings(ConfigFolder.A_STREAM + admin + ", enabled = false }").admin())
        .isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "[::1]", "localhost"})
  void controlFromThisMachineNeedsNone(String host) {
    assertThat(
            folder
                .settings(
                    ConfigFolder.A_STREAM
                        + "millrace.admin { control = true, listen = \"%s:1\" }".formatted(host))
                .admin()
                .control())
        .isTrue();
  }

  @Test
  void unknownKeyWithoutAValueHasAPlace() {
    assertThat(folder.problems("millrace.streams.s {\n  a = [1]\n  d = ${b}\n}\n"))
        .filteredOn(problem -> problem.contains("s.d: unknown key"))
        .singleElement()
        .asString()
        .startsWith("x.conf: millrace.streams.s.d");
  }

  @Test
  void fileInTheWorkingDirectoryIsNamedAsTheUserSpeltIt() {
    assertThat(problemsOf(Path.of("pom.xml"))).singleElement().asString().startsWith("pom.xml:1: ");
  }

  @Test
  void includeOfAnImpossibleNameIsNoStackTrace() {
    assertThat(folder.problems("include required(file(\"a\\u0000b\"))"))
        .containsExactly("x.conf:1: included file \"a\\u0000b\" is required, but is not there");
    assertThat(folder.problems("include \"a\\u0000b\"\n")).hasSize(1);
  }

  @Test
  void endlessNestingIsAProblemAndNotAStackTrace() {
    assertThat(folder.problems("a = " + "[".repeat(200_000)))
        .containsExactly("x.conf: is nested too deeply; allowed: some hundred levels");
  }

  @Test
  void exceptionsMessageIsEveryProblemOnALineOfItsOwn() {
    assertThat(
            new ConfigProblemsException(
                List.of(
                    new ConfigProblem("a.conf:1", "millrace.x", "is bad"),
                    new ConfigProblem("a.conf", "", "no such file"))))
        .hasMessage("a.conf:1: millrace.x: is bad\na.conf: no such file");
  }

  private List<String> problemsOf(Path file) {
    try {
      ConfigLoader.load(file, Map.of());
      return List.of();
    } catch (ConfigProblemsException e) {
      return e.problems().stream()
          .map(problem -> problem.toString().replace(temp + "/", ""))
          .toList();
    }
  }
}
