package io.millrace.config;

import com.typesafe.config.ConfigValue;
import io.millrace.config.PipeSourceSettings.AtEnd;
import io.millrace.config.PipeSourceSettings.Framing;
import io.millrace.config.TsSourceSettings.Rtp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A stream's {@code source}; which keys it has depends on its {@code type}. */
final class SourceSection {
  /** The types of source, as configured. */
  enum Type {
    FILE,
    GENERATOR,
    PCAP,
    PIPE,
    TS,
    UDP
  }

  /** 65535 less the IPv4 and UDP headers. */
  static final int MAX_UDP_PAYLOAD_BYTES = 65507;

  /** Seven MPEG transport stream packets: what fits into an Ethernet frame. */
  private static final int FILE_DATAGRAM_BYTES = 1316;

  private static final int GENERATOR_DATAGRAM_BYTES = 1400;

  private static final String PATH = "path";
  private static final String DATAGRAM_SIZE = "datagram-size";
  private static final String PACKETS = "packets-per-datagram";
  private static final String RTP_SSRC = "rtp-ssrc";
  private static final String RTP_SEQUENCE = "rtp-sequence";
  private static final String AT_END = "at-end";
  private static final String STDIN = "-";
  private static final String ALLOWED_PIPES =
      "a FIFO or a file that can be read, or \"-\" for standard input";
  private static final String ALLOWED_FILES = "a regular, readable file that is not empty";

  private SourceSection() {}

  static SourceSettings read(ObjectReader source, int maxDatagramBytes) {
    Type type = source.required("type", ValueKind.oneOf(Type.class));
    if (!source.sound("type")) {
      // Which other keys are known depends on the type, so nothing can be said about them.
      return new GeneratorSourceSettings(1, GeneratorSourceSettings.ENDLESS, false);
    }
    SourceSettings settings =
        switch (type) {
          case FILE -> readFile(source, maxDatagramBytes);
          case GENERATOR -> readGenerator(source, maxDatagramBytes);
          case PCAP -> readPcap(source, maxDatagramBytes);
          case PIPE -> readPipe(source, maxDatagramBytes);
          case TS -> readTs(source, maxDatagramBytes);
          case UDP -> UdpSection.read(source, maxDatagramBytes);
        };
    source.rejectUnknownKeys();
    return settings;
  }

  private static FileSourceSettings readFile(ObjectReader source, int maxDatagramBytes) {
    String written = source.required(PATH, ValueKind.text(ALLOWED_FILES));
    Path path = readPath(source, written, ALLOWED_FILES, SourceSection::whatIsWrongWithFile);
    int datagramBytes = readDatagramBytes(source, FILE_DATAGRAM_BYTES, maxDatagramBytes);
    boolean loop = source.optional("loop", ValueKind.flag(), false);
    return new FileSourceSettings(path, datagramBytes, loop);
  }

  /** Relative to the folder of the file that names it. */
  private static Path readPath(
      ObjectReader source,
      String written,
      String allowed,
      Function<Path, @Nullable String> whatIsWrong) {
    ConfigValue value = source.value(PATH);
    if (value == null || !source.sound(PATH)) {
      return Path.of("");
    }
    try {
      Path folder = source.problems().place(value.origin()).folder();
      Path path = folder.resolve(written).toAbsolutePath();
      String wrong = whatIsWrong.apply(path);
      if (wrong != null) {
        source.problem(PATH, "%s %s; allowed: %s".formatted(path, wrong, allowed));
      }
      return path;
    } catch (InvalidPathException e) {
      source.problem(PATH, "%s is no path: %s".formatted(Words.quote(written), e.getReason()));
      return Path.of("");
    }
  }

  private static PipeSourceSettings readPipe(ObjectReader source, int maxDatagramBytes) {
    String written = source.required(PATH, ValueKind.text(ALLOWED_PIPES));
    boolean stdin = written.equals(STDIN);
    Path path =
        stdin
            ? PipeSourceSettings.STDIN
            : readPath(source, written, ALLOWED_PIPES, SourceSection::whatIsWrongWithPipe);
    Framing framing = source.required("framing", ValueKind.oneOf(Framing.class));
    int datagramBytes = readDatagramBytes(source, FILE_DATAGRAM_BYTES, maxDatagramBytes);
    AtEnd atEnd = source.optional(AT_END, ValueKind.oneOf(AtEnd.class), AtEnd.END);
    if (stdin && atEnd != AtEnd.END) {
      source.problem(AT_END, "standard input has one end; allowed with it: end");
    }
    return new PipeSourceSettings(path, framing, datagramBytes, atEnd);
  }

  /** Null = nothing. */
  private static @Nullable String whatIsWrongWithPipe(Path path) {
    if (!Files.exists(path)) {
      return "does not exist";
    }
    if (Files.isDirectory(path)) {
      return "is a directory";
    }
    return Files.isReadable(path) ? null : "is not readable";
  }

  /** Null = nothing. */
  private static @Nullable String whatIsWrongWithFile(Path path) {
    if (!Files.exists(path)) {
      return "does not exist";
    }
    if (!Files.isRegularFile(path)) {
      return "is not a regular file";
    }
    if (!Files.isReadable(path)) {
      return "is not readable";
    }
    try {
      return Files.size(path) == 0 ? "is empty" : null;
    } catch (IOException e) {
      return "is not readable: " + e;
    }
  }

  private static PcapSourceSettings readPcap(ObjectReader source, int maxDatagramBytes) {
    String written = source.required(PATH, ValueKind.text(ALLOWED_FILES));
    Path path = readPath(source, written, ALLOWED_FILES, SourceSection::whatIsWrongWithFile);
    int absent = Math.min(PcapSourceSettings.DEFAULT_DATAGRAM_BYTES, maxDatagramBytes);
    return PcapSection.read(source, path, readDatagramBytes(source, absent, maxDatagramBytes));
  }

  private static TsSourceSettings readTs(ObjectReader source, int maxDatagramBytes) {
    String written = source.required(PATH, ValueKind.text(ALLOWED_FILES));
    Path path = readPath(source, written, ALLOWED_FILES, SourceSection::whatIsWrongWithFile);
    int packets =
        source.optional(
            PACKETS,
            ValueKind.integer(1, TsSourceSettings.MOST_PACKETS),
            TsSourceSettings.MOST_PACKETS);
    boolean loop = source.optional("loop", ValueKind.flag(), false);
    int pcrPid =
        source.optional(
            "pcr-pid", ValueKind.integerOrAuto(0, TsSourceSettings.MAX_PID), TsSourceSettings.AUTO);
    TsSourceSettings ts = new TsSourceSettings(path, packets, loop, pcrPid, readRtp(source));
    if (ts.datagramBytes() > maxDatagramBytes && source.sound(PACKETS)) {
      source.problem(
          PACKETS,
          "%d make datagrams of %d bytes, which do not fit into buffers.slot-size = %s"
              .formatted(packets, ts.datagramBytes(), Quantity.SIZE.format(maxDatagramBytes)));
    }
    return ts;
  }

  private static Rtp readRtp(ObjectReader source) {
    boolean on = source.optional("rtp", ValueKind.flag(), false);
    long ssrc =
        source.optional(RTP_SSRC, ValueKind.numberOr("random", 0, Rtp.MAX_SSRC), (long) Rtp.RANDOM);
    long sequence =
        source.optional(
            RTP_SEQUENCE, ValueKind.numberOr("random", 0, Rtp.MAX_SEQUENCE), (long) Rtp.RANDOM);
    for (String key : List.of(RTP_SSRC, RTP_SEQUENCE)) {
      if (!on && source.value(key) != null && source.sound("rtp")) {
        source.problem(key, "has no meaning without rtp = true");
      }
    }
    return new Rtp(on, ssrc, (int) sequence);
  }

  private static GeneratorSourceSettings readGenerator(ObjectReader source, int maxDatagramBytes) {
    int datagramBytes = readDatagramBytes(source, GENERATOR_DATAGRAM_BYTES, maxDatagramBytes);
    long count =
        source.optional("count", ValueKind.wholeNumber(1), GeneratorSourceSettings.ENDLESS);
    boolean sequenced = source.optional("sequenced", ValueKind.flag(), false);
    if (sequenced
        && datagramBytes < GeneratorSourceSettings.SEQUENCE_HEADER_BYTES
        && source.sound(DATAGRAM_SIZE)) {
      source.problem(
          DATAGRAM_SIZE,
          "%d has no room for the header of a sequenced payload; allowed: 16 or more"
              .formatted(datagramBytes));
    }
    return new GeneratorSourceSettings(datagramBytes, count, sequenced);
  }

  private static int readDatagramBytes(ObjectReader source, int absent, int maxDatagramBytes) {
    int datagramBytes =
        source.optional(DATAGRAM_SIZE, ValueKind.integer(1, MAX_UDP_PAYLOAD_BYTES), absent);
    if (datagramBytes > maxDatagramBytes && source.sound(DATAGRAM_SIZE)) {
      source.problem(
          DATAGRAM_SIZE,
          "%d does not fit into buffers.slot-size = %s; allowed: 1 to %d"
              .formatted(datagramBytes, Quantity.SIZE.format(maxDatagramBytes), maxDatagramBytes));
    }
    return datagramBytes;
  }
}
