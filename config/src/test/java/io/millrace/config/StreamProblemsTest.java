package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said about bad streams, word for word: it is what users and their scripts see. */
class StreamProblemsTest {
  @TempDir Path temp;
  private ConfigFolder folder = new ConfigFolder(Path.of(""));

  @BeforeEach
  void createFolder() {
    folder = new ConfigFolder(temp);
    folder.write("news.ts", "G");
    folder.write("empty.ts", "");
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
            "target: unknown key; allowed: source, pace, targets, rings; did you mean"
                + " \"targets\"?"),
        arguments("\n" + target + "", "1: source: is missing; allowed: an object { ... }"),
        arguments(
            "\n" + target + "source {}",
            "source.type: is missing; allowed: file, generator, pcap, pipe, ts, udp"),
        arguments(
            "\n" + target + "source { type = fil, path = x, lop = true }",
            "source.type: \"fil\" is not allowed; allowed: file, generator, pcap, pipe, ts, udp;"
                + " did you mean \"file\"?"),
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
            "\n" + target + "source { type = udp }",
            "source.listen: is missing; allowed: \"name:5004\", \"192.0.2.1:5004\" or"
                + " \"[2001:db8::1]:5004\""),
        arguments(
            "\n" + target + "source { type = udp, listen = \"feed.example:5004\" }",
            "source.listen: \"feed.example\" is a name; allowed: an address of this machine,"
                + " \"0.0.0.0:5004\", \"[::]:5004\", or a multicast group"),
        arguments(
            "\n"
                + target
                + "source { type = udp, listen = \"0.0.0.0:5\", sources = [ \"10.0.0.1\" ] }",
            "source.sources: has no meaning for 0.0.0.0:5, which is no multicast group; allow = ["
                + " ... ] says whose datagrams are taken"),
        arguments(
            "\n"
                + target
                + "source { type = udp, listen = \"239.1.1.1:5\", sources = [ \"10.0.0.0/8\" ] }",
            "source.sources: a group's sources are single addresses; allowed: \"192.0.2.7\""),
        arguments(
            "\n"
                + target
                + "source { type = udp, listen = \"0.0.0.0:5\", allow = [ \"10.0.0.0/33\" ] }",
            "source.allow[0]: \"10.0.0.0/33\" has more than 32 bits; allowed: an address such as"
                + " \"192.0.2.1\", or a prefix such as \"192.0.2.0/24\" or \"2001:db8::/32\""),
        arguments(
            "\n"
                + target
                + "source { type = udp, listen = \"0.0.0.0:5\", allow = [ \"10.0.0.256\" ] }",
            "source.allow[0]: \"10.0.0.256\" is no address or prefix; allowed: an address such as"
                + " \"192.0.2.1\", or a prefix such as \"192.0.2.0/24\" or \"2001:db8::/32\""),
        arguments(
            "\n" + target + "source { type = udp, listen = \"0.0.0.0:5\", allow = [ \"::/0\" ] }",
            "source.allow: 0:0:0:0:0:0:0:0/0 and listen = \"0.0.0.0:5\" are of different families"),
        arguments(
            "\n" + target + "source { type = udp, listen = \"0.0.0.0:5\", datagram-size = 65500 }",
            "source.datagram-size: 65500 does not fit into buffers.slot-size = 64 KiB, which also"
                + " holds 128 bytes that the kernel writes before a received datagram; allowed: 1"
                + " to 65408"),
        arguments(
            "\n" + target + "source { type = udp, listen = \"0.0.0.0:5\", sample = 0 }",
            "source.sample: 0 is out of range; allowed: 1 to 1000000"),
        arguments(
            "\n" + target + "source { type = ts }",
            "source.path: is missing; allowed: a regular, readable file that is not empty"),
        arguments(
            "\n" + target + "source { type = pcap, path = news.ts, longest-gap = 0 s }",
            "source.longest-gap: \"0 s\" is out of range; allowed: 1 ms to 86400 s"),
        arguments(
            "\n" + target + "source { type = pcap, path = news.ts, count = 0 }",
            "source.count: 0 is out of range; allowed: 1 or more"),
        arguments(
            "\n" + target + "source { type = pcap, path = news.ts, loop-gap = 1 s }",
            "source.loop-gap: has no meaning without loop = true"),
        arguments(
            "\n" + target + "source { type = pcap, path = news.ts, loop = true, loop-gap = aut }",
            "source.loop-gap: expected a number and a unit such as 5 ms, found \"aut\"; allowed: 0"
                + " ms to 86400 s or auto; did you mean \"auto\"?"),
        arguments(
            "\n" + target + "source { type = pcap, path = news.ts, filter = 5 }",
            "source.filter: expected a list, found a number; allowed: a list such as [ { to ="
                + " \"192.0.2.0/24\", to-ports = 5004 } ]"),
        arguments(
            "\n" + target + "source { type = pcap, path = news.ts, filter = [5] }",
            "source.filter[0]: expected an object { ... }, found a number"),
        arguments(
            "\n" + target + "source { type = pcap, path = news.ts, filter = [{}] }",
            "source.filter[0]: is for every datagram; allowed: from, from-ports, to, to-ports, at"
                + " least one"),
        arguments(
            "\n" + target + "source { type = pcap, path = news.ts, filter = [{ port = 1 }] }",
            "source.filter[0].port: unknown key; allowed: from, from-ports, to, to-ports"),
        arguments(
            "\n"
                + target
                + "source { type = pcap, path = news.ts, filter = [{ from = a.example }] }",
            "source.filter[0].from: \"a.example\" is no address or prefix; allowed: an address such"
                + " as \"192.0.2.1\", or a prefix such as \"192.0.2.0/24\" or \"2001:db8::/32\""),
        arguments(
            "\n"
                + target
                + "source { type = pcap, path = news.ts, filter = [{ from = \"fe80::1%eth0\" }] }",
            "source.filter[0].from: \"fe80::1%eth0\" is no address or prefix; allowed: an address"
                + " such as \"192.0.2.1\", or a prefix such as \"192.0.2.0/24\" or"
                + " \"2001:db8::/32\""),
        arguments(
            "\n"
                + target
                + "source { type = pcap, path = news.ts, filter = [{ from = \"10.0.0.0/33\" }] }",
            "source.filter[0].from: \"10.0.0.0/33\" has more than 32 bits; allowed: an address such"
                + " as \"192.0.2.1\", or a prefix such as \"192.0.2.0/24\" or \"2001:db8::/32\""),
        arguments(
            "\n"
                + target
                + "source { type = pcap, path = news.ts, filter = [{ to = \"10.0.0.7/31\" }] }",
            "source.filter[0].to: \"10.0.0.7/31\" has bits behind its first 31; did you mean"
                + " \"10.0.0.6/31\"?"),
        arguments(
            "\n"
                + target
                + "source { type = pcap, path = news.ts, filter = [{ to-ports = \"9-8\" }] }",
            "source.filter[0].to-ports: \"9-8\" ends before it begins; allowed: a port such as"
                + " 5004, or a range such as \"5000-5010\"; 0 to 65535"),
        arguments(
            "\n"
                + target
                + "source { type = pcap, path = news.ts, filter = [{ to-ports = 65536 }] }",
            "source.filter[0].to-ports: \"65536\" is out of range; allowed: a port such as 5004, or"
                + " a range such as \"5000-5010\"; 0 to 65535"),
        arguments(
            "\n"
                + target
                + "source { type = pcap, path = news.ts, filter = [{ to-ports = http }] }",
            "source.filter[0].to-ports: \"http\" is no port or range of ports; allowed: a port such"
                + " as 5004, or a range such as \"5000-5010\"; 0 to 65535"),
        arguments(
            "\n" + target + "source { type = ts, path = news.ts, packets-per-datagram = 8 }",
            "source.packets-per-datagram: 8 is out of range; allowed: 1 to 7"),
        arguments(
            "\n" + target + "source { type = ts, path = news.ts, pcr-pid = 8192 }",
            "source.pcr-pid: 8192 is out of range; allowed: 0 to 8191 or auto"),
        arguments(
            "\n" + target + "source { type = ts, path = news.ts, rtp-ssrc = 5 }",
            "source.rtp-ssrc: has no meaning without rtp = true"),
        arguments(
            "\n"
                + target
                + "source { type = ts, path = news.ts, rtp = true, rtp-sequence = 65536 }",
            "source.rtp-sequence: 65536 is out of range; allowed: 0 to 65535 or random"),
        arguments(
            source + target + "pace = source",
            "pace: is for sources that say when their datagrams are due; allowed here: a rate, or"
                + " unlimited"),
        arguments(
            source + target + "pace { speed = 2 }",
            "pace.speed: is for sources that say when their datagrams are due; allowed here: a"
                + " rate, or unlimited"),
        arguments(
            "source { type = ts, path = news.ts }\n" + target + "pace { speed = 0 }",
            "pace.speed: \"0\" is out of range; allowed: 0.001 to 1000"),
        arguments(
            "source { type = ts, path = news.ts }\n"
                + target
                + "pace { speed = 1, rate = 1 Mbit/s }",
            "pace.rate: excludes speed, and both are given; allowed: one of the two"),
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
            source + target + "pace { rate = 1 Mbit/s, kernel = etf }",
            "pace.kernel: \"etf\" is not allowed; allowed: none, fq, txtime"),
        arguments(
            source + target + "pace { rate = 1 Mbit/s, kernel = txtime, burst = 999 us }",
            "pace.burst: is too short for kernel = txtime; allowed with it: 1 ms to 10 s"),
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
            "pace.bust: unknown key; allowed: rate, datagrams-per-second, burst, kernel, speed; did"
                + " you mean \"burst\"?"),
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
            source + "\ntargets = [ { to = \"127.0.0.1:1\", addresses = all } ]",
            "targets[0].addresses: is about names, and to is an address; leave it out"),
        arguments(
            source + "\ntargets = [ { to = \"[::1]:1\", refresh = 1 s } ]",
            "targets[0].refresh: is about names, and to is an address; leave it out"),
        arguments(
            source + "\ntargets = [ { to = \"a:1\", refresh = 2 d } ]",
            "targets[0].refresh: \"2 d\" is out of range; allowed: 100 ms to 86400 s"),
        arguments(
            source + "\ntargets = [ { to = \"127.0.0.1:1\", dscp = 64 } ]",
            "targets[0].dscp: 64 is out of range; allowed: 0 to 63"),
        arguments(
            source + "\ntargets = [ { to = \"127.0.0.1:1\", from = \"here:0\" } ]",
            "targets[0].from: \"here:0\" is a name; allowed: an address, such as \"192.0.2.1:0\" or"
                + " \"[2001:db8::1]:0\""),
        arguments(
            source + "\ntargets = [ { to = \"127.0.0.1:1\", from = \"[::1]:0\" } ]",
            "targets[0].from: is an IPv6 address, and to an IPv4 one; allowed: an address of the"
                + " same kind"),
        arguments(
            source + "\ntargets = [ { to = \"127.0.0.1:1\", mark = 4294967296 } ]",
            "targets[0].mark: 4294967296 is out of range; allowed: 0 to 4294967295"),
        arguments(
            source + "\ntargets = [ { to = \"127.0.0.1:1\", mtu-discovery = dot } ]",
            "targets[0].mtu-discovery: \"dot\" is not allowed; allowed: dont, want, do, probe,"
                + " interface, omit; did you mean \"dont\"?"),
        arguments(
            source + "\ntargets = [ { to = \"127.0.0.1:1\", send-buffer = 1 KiB } ]",
            "targets[0].send-buffer: \"1 KiB\" is out of range; allowed: 4 KiB to 1 GiB"),
        arguments(
            source + "\ntargets = [ { to = \"127.0.0.1:1\", tll = 6 } ]",
            "targets[0].tll: unknown key; allowed: to, ttl, interface, dscp, from, mark,"
                + " mtu-discovery, multicast-loop, broadcast, send-buffer, addresses, refresh; did"
                + " you mean \"ttl\"?"),
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
  void tooManyTargetsAreOneProblem() {
    String targets = "\"127.0.0.1:1\",".repeat(100_001);
    assertThat(
            folder.problems(
                "millrace.streams.s { source.type = generator, targets = [" + targets + "] }"))
        .containsExactly(
            "x.conf:1: millrace.streams.s.targets: has 100001 targets; allowed: 1 to 100000");
  }

  @Test
  void aStreamOnMoreRingsThanItHasTargetsIsAProblem() {
    assertThat(
            folder.problems(
                "millrace.streams.s { source.type = generator, targets = [ \"h:1\", \"h:2\" ],"
                    + " rings = 3 }"))
        .containsExactly(
            "x.conf:1: millrace.streams.s.rings: 3 is more than there are targets; allowed: 1 to"
                + " 2");
  }

  @Test
  void aPipeOnMoreThanOneRingIsAProblem() {
    assertThat(
            folder.problems(
                "millrace.streams.s { source { type = pipe, path = \"-\", framing = line },"
                    + " targets = [ \"h:1\", \"h:2\" ], rings = 2 }"))
        .containsExactly(
            "x.conf:1: millrace.streams.s.rings: 2 is not allowed for a pipe, which can be read"
                + " only once; allowed: 1");
  }

  @Test
  void aSocketOnMoreThanOneRingIsAProblem() {
    assertThat(
            folder.problems(
                "millrace.streams.s { source { type = udp, listen = \"0.0.0.0:5\" },"
                    + " targets = [ \"h:1\", \"h:2\" ], rings = 2 }"))
        .containsExactly(
            "x.conf:1: millrace.streams.s.rings: 2 is not allowed for a socket, which only one ring"
                + " receives from; allowed: 1");
  }

  @Test
  void twoStreamsOnOneAddressAreAProblemButNotOnOneGroup() {
    String relay = " { source { type = udp, listen = \"%s\" }, targets = [ \"h:1\" ] }";
    assertThat(
            folder.problems(
                "millrace.streams {\n a"
                    + relay.formatted("0.0.0.0:5")
                    + "\n b"
                    + relay.formatted("0.0.0.0:5")
                    + "\n c"
                    + relay.formatted("239.0.0.1:5")
                    + "\n d"
                    + relay.formatted("239.0.0.1:5")
                    + "\n }"))
        .containsExactly(
            "x.conf:3: millrace.streams.b.source.listen: stream a listens on 0.0.0.0:5 already");
  }
}
