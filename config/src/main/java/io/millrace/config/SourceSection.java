package io.millrace.config;

import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A stream's {@code source}; which keys it has depends on its {@code type}. */
final class SourceSection {
  /** The types of source, as configured. */
  enum Type {
    FILE,
    GENERATOR
  }

  /** 65535 less the IPv4 and UDP headers. */
  private static final int MAX_UDP_PAYLOAD_BYTES = 65507;

  /** Seven MPEG transport stream packets: what fits into an Ethernet frame. */
  private static final int FILE_DATAGRAM_BYTES = 1316;

  private static final int GENERATOR_DATAGRAM_BYTES = 1400;

  private static final String PATH = "path";
  private static final String DATAGRAM_SIZE = "datagram-size";
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
        };
    source.rejectUnknownKeys();
    return settings;
  }

  private static FileSourceSettings readFile(ObjectReader source, int maxDatagramBytes) {
    String written = source.required(PATH, ValueKind.text(ALLOWED_FILES));
    ConfigValue value = source.value(PATH);
    Path path = Path.of("");
    if (value != null && source.sound(PATH)) {
      try {
        Path folder = source.problems().place(value.origin()).folder();
        path = folder.resolve(written).toAbsolutePath();
        String wrong = whatIsWrongWith(path);
        if (wrong != null) {
          source.problem(PATH, "%s %s; allowed: %s".formatted(path, wrong, ALLOWED_FILES));
        }
      } catch (InvalidPathException e) {
        source.problem(PATH, "%s is no path: %s".formatted(Words.quote(written), e.getReason()));
      }
    }
    int datagramBytes = readDatagramBytes(source, FILE_DATAGRAM_BYTES, maxDatagramBytes);
    boolean loop = source.optional("loop", ValueKind.flag(), false);
    return new FileSourceSettings(path, datagramBytes, loop);
  }

  /** Null = nothing. */
  private static @Nullable String whatIsWrongWith(Path path) {
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
