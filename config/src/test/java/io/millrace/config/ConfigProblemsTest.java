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
            "ring: unknown key; allowed: rings, buffers, send, admin, reload, streams; did you mean"
                + " \"rings\"?"),
        arguments(
            "millrace.rings.entrys = 64",
            "rings.entrys: unknown key; allowed: cpus, entries, batch, idle, drain-timeout; did you"
                + " mean \"entries\"?"),
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
            "admin.password: unknown key; allowed: enabled, listen, control, token-file"),
        arguments(
            "millrace.admin.\"a.b\" = x",
            "admin.\"a.b\": unknown key; allowed: enabled, listen, control, token-file"),
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

  static Stream<Arguments> badStreams() {
    String source = "source.type = generator\n";
    String target = "targets = [\"127.0.0.1:1\"]\n";
    String forms = "allowed: \"name:5004\", \"192.0.2.1:5004\" or \"[2001:db8::1]:5004\"";
    String pace =
        "allowed: unlimited, 50 Mbit/s, 100000/s (datagrams), { rate = 50 Mbit/s } or"
            + " { datagrams-per-second = 100000 }";
    return Stream.of(
        arguments(
            source + target + "target = 5",
            "target: unknown key; allowed: source, pace, targets; did you mean \"targets\"?"),
        arguments("\n" + target + "", "1: source: is missing; allowed: an object { ... }"),
        arguments(
            "\n" + target + "source {}", "source.type: is missing; allowed: file, generator, pipe"),
        arguments(
            "\n" + target + "source { type = fil, path = x, lop = true }",
            "source.type: \"fil\" is not allowed; allowed: file, generator, pipe; did you mean"
                + " \"file\"?"),
        arguments(
            "\n" + target + "source { type = file }",
            "source.path: is missing; allowed: a regular, readable file that is not empty"),
        arguments(
            "\n" + target + "source { type = file, path = \"\" }",
            "source.path: is empty; allowed: a regular, readable file that is not empty"),
        arguments(
            "\n" + target + "source { type = file, path = none.ts }",
            "source.path: none.ts does not exist; allowed: a regular, readable file that is not"
                + " empty"),
        arguments(
            "\n" + target + "source { type = file, path = empty.ts }",
            "source.path: empty.ts is empty; allowed: a regular, readable file that is not empty"),
        arguments(
            "\n" + target + "source { type = file, path = \"sub/..\" }",
            "source.path: sub/.. does not exist; allowed: a regular, readable file that is not"
                + " empty"),
        arguments(
            "\n" + target + "source { type = file, path = /dev }",
            "source.path: /dev is not a regular file; allowed: a regular, readable file that is not"
                + " empty"),
        arguments(
            "\n" + target + "source { type = file, path = \"a\\u0000b\" }",
            "source.path: \"a\\u0000b\" is no path: Nul character not allowed"),
        arguments(
            "\n" + target + "source { type = file, path = news.ts, count = 5 }",
            "source.count: unknown key; allowed: type, path, datagram-size, loop"),
        arguments(
            "\n" + target + "source { type = generator, loop = true }",
            "source.loop: unknown key; allowed: type, datagram-size, count, sequenced"),
        arguments(
            "\n" + target + "source { type = generator, datagram-size = 65508 }",
            "source.datagram-size: 65508 is out of range; allowed: 1 to 65507"),
        arguments(
            "\n" + target + "source { type = generator, datagram-size = 1400 B }",
            "source.datagram-size: expected a whole number, found \"1400 B\"; allowed: 1 to 65507"),
        arguments(
            "\n" + target + "source { type = generator, datagram-size = 15, sequenced = true }",
            "source.datagram-size: 15 has no room for the header of a sequenced payload; allowed:"
                + " 16 or more"),
        arguments(
            "\n" + target + "source { type = pipe, path = \"-\" }",
            "source.framing: is missing; allowed: fixed, length-16, length-32, line"),
        arguments(
            "\n" + target + "source { type = pipe, framing = line }",
            "source.path: is missing; allowed: a FIFO or a file that can be read, or \"-\" for"
                + " standard input"),
        arguments(
            "\n" + target + "source { type = pipe, path = nowhere, framing = line }",
            "source.path: nowhere does not exist; allowed: a FIFO or a file that can be read, or"
                + " \"-\" for standard input"),
        arguments(
            "\n" + target + "source { type = pipe, path = \".\", framing = line }",
            "source.path: . is a directory; allowed: a FIFO or a file that can be read, or \"-\""
                + " for standard input"),
        arguments(
            "\n" + target + "source { type = pipe, path = \"-\", framing = line, at-end = wait }",
            "source.at-end: standard input has one end; allowed with it: end"),
        arguments(
            "\n" + target + "source { type = generator, count = 0 }",
            "source.count: 0 is out of range; allowed: 1 or more"),
        arguments(
            source + target + "pace = unlimitted",
            "pace: \"unlimitted\" is not a pace; " + pace + "; did you mean \"unlimited\"?"),
        arguments(source + target + "pace = 50 Mbit", "pace: \"50 Mbit\" is not a pace; " + pace),
        arguments(
            source + target + "pace = 1001 Gbit/s",
            "pace: \"1001 Gbit/s\" is out of range; allowed: 1 bit/s to 1000 Gbit/s; or 100000/s"
                + " for datagrams; or unlimited"),
        arguments(
            source + target + "pace = 0/s",
            "pace: \"0\" is out of range; allowed: above 0, at most 1000000000"),
        arguments(source + target + "pace {}", "pace.rate: is missing; " + pace),
        arguments(
            source + target + "pace { rate = 1 Mbit/s, datagrams-per-second = 1 }",
            "pace.datagrams-per-second: excludes rate, and both are given; allowed: one of the"
                + " two"),
        arguments(source + target + "pace { kernel = fq }", "pace.rate: is missing; " + pace),
        arguments(
            source + target + "pace { rate = 1 Mbit/s, kernel = txtime }",
            "pace.kernel: \"txtime\" is not allowed; allowed: none, fq"),
        arguments(
            source + target + "pace { rate = 31 Gbit/s, kernel = fq }",
            "pace.rate: is more than the kernel paces; allowed with kernel = fq: at most 30"
                + " Gbit/s"),
        arguments(
            source + target + "pace { datagrams-per-second = 1e9, kernel = fq }",
            "pace.datagrams-per-second: is more than the kernel paces; allowed with kernel = fq: at"
                + " most 30 Gbit/s"),
        arguments(
            source + target + "pace { rate = 50 }",
            "pace.rate: 50 has no unit; write for example 50 Mbit/s; allowed: 1 bit/s to 1000"
                + " Gbit/s"),
        arguments(
            source + target + "pace { rate = 50 mbit/s }",
            "pace.rate: unknown unit \"mbit/s\" in \"50 mbit/s\"; allowed: bit/s, kbit/s, Mbit/s,"
                + " Gbit/s, B/s, kB/s, MB/s, GB/s, KiB/s, MiB/s, GiB/s; did you mean \"Mbit/s\"?"),
        arguments(
            source + target + "pace { rate = 0 bit/s }",
            "pace.rate: \"0 bit/s\" is out of range; allowed: 1 bit/s to 1000 Gbit/s"),
        arguments(
            source + target + "pace { rate = 1001 Gbit/s }",
            "pace.rate: \"1001 Gbit/s\" is out of range; allowed: 1 bit/s to 1000 Gbit/s"),
        arguments(
            source + target + "pace { datagrams-per-second = 0 }",
            "pace.datagrams-per-second: \"0\" is out of range; allowed: above 0, at most"
                + " 1000000000"),
        arguments(
            source + target + "pace { datagrams-per-second = fast }",
            "pace.datagrams-per-second: expected a number, found \"fast\"; allowed: above 0, at"
                + " most 1000000000"),
        arguments(
            source + target + "pace { rate = 1 Mbit/s, burst = 11 s }",
            "pace.burst: \"11 s\" is out of range; allowed: 0 ms to 10 s"),
        arguments(
            source + target + "pace { rate = 1 Mbit/s, bust = 1 ms }",
            "pace.bust: unknown key; allowed: rate, datagrams-per-second, burst, kernel; did you"
                + " mean \"burst\"?"),
        arguments(
            source + "\n\n",
            "1: targets: is missing; allowed: a list such as [ \"127.0.0.1:5004\" ]"),
        arguments(source + "\ntargets = []", "targets: has 0 targets; allowed: 1 to 100000"),
        arguments(
            source + "\ntargets = \"127.0.0.1:1\"",
            "targets: expected a list, found a string; allowed: a list such as [ \"127.0.0.1:5004\""
                + " ]"),
        arguments(
            source + "\ntargets = [ [] ]",
            "targets[0]: expected one value, found a list [ ... ]; " + forms),
        arguments(
            source + "\ntargets = [ \"127.0.0.1:1\", \"127.0.0.1:0\" ]",
            "targets[1]: \"127.0.0.1:0\" has no valid port; allowed: 1 to 65535"),
        arguments(
            source + "\ntargets = [ \"::1:5004\" ]",
            "targets[0]: an IPv6 address needs brackets, found \"::1:5004\"; "
                + forms
                + "; did you mean \"[::1]:5004\"?"),
        arguments(source + "\ntargets = [ { ttl = 8 } ]", "targets[0].to: is missing; " + forms),
        arguments(
            source + "\ntargets = [ { to = \"127.0.0.1:1\", ttl = 256 } ]",
            "targets[0].ttl: 256 is out of range; allowed: 1 to 255"),
        arguments(
            source + "\ntargets = [ { to = \"127.0.0.1:1\", dscp = 64 } ]",
            "targets[0].dscp: 64 is out of range; allowed: 0 to 63"),
        arguments(
            source + "\ntargets = [ { to = \"127.0.0.1:1\", tll = 6 } ]",
            "targets[0].tll: unknown key; allowed: to, ttl, interface, dscp; did you mean"
                + " \"ttl\"?"),
        arguments(
            source + "\ntargets = [ { to = \"127.0.0.1:1\", interface = \"a name too long\" } ]",
            "targets[0].interface: \"a name too long\" is no interface name; allowed: 1 to 15"
                + " characters without spaces, / and :"));
  }

  @ParameterizedTest
  @MethodSource("badStreams")
  void badStreamIsNamedWithItsLine(String stream, String expected) {
    // What is missing has the line of the object that it is missing from.
    String place = expected.startsWith("1: ") ? "1: " : "4: ";
    String message = expected.startsWith("1: ") ? expected.substring(3) : expected;
    assertThat(
            folder.problems("millrace.streams.s {\n" + stream + "\n}").stream()
                .map(problem -> problem.replace(temp + "/", ""))
                .toList())
        .containsExactly("x.conf:" + place + "millrace.streams.s." + message);
  }

  @Test
  void oneStreamAloneReadsStandardInput() throws IOException {
    String stream = "{ source { type = pipe, path = \"-\", framing = line }, targets = [\"a:1\"] }";
    assertThat(folder.problems("millrace.streams { b = " + stream + "\n a = " + stream + "}"))
        .singleElement()
        .asString()
        .contains("x.conf:1: ", "streams.b.source.path: stream a reads standard input already");
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
            "x.conf:2: included file \"folder.conf\" is there, but is not a readable file"));
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
  void datagramsHaveToFitIntoTheirSlots() {
    assertThat(
            folder.problems(
                "millrace.buffers.slot-size = 1 KiB\n"
                    + "millrace.streams.s.source.datagram-size = 1025\n"
                    + ConfigFolder.A_STREAM))
        .containsExactly(
            "x.conf:2: millrace.streams.s.source.datagram-size: 1025 does not fit into"
                + " buffers.slot-size = 1 KiB; allowed: 1 to 1024");
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
                + " key; allowed: cpus, entries, batch, idle, drain-timeout; did you mean"
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
  void tooManyTargetsAreOneProblem() {
    String targets = "\"127.0.0.1:1\",".repeat(100_001);
    assertThat(
            folder.problems(
                "millrace.streams.s { source.type = generator, targets = [" + targets + "] }"))
        .containsExactly(
            "x.conf:1: millrace.streams.s.targets: has 100001 targets; allowed: 1 to 100000");
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
