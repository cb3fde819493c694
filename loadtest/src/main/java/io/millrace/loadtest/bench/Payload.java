package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.HarnessException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the daemon's stream takes its datagrams from. All are endless. */
enum Payload {
  /** A generator that writes each slot once: what the C reference does. */
  STATIC("static"),
  /** A generator that writes a header into every datagram. */
  SEQUENCED("generator, sequenced"),
  /** A file that lies in registered memory, over and over. */
  PRELOADED("file, preloaded"),
  /** A file too large for that, copied from the page cache into slots by a thread of its own. */
  READ("file, read");

  /** Datagrams of the files: what all kinds of trains divide, and below half of the slots. */
  private static final int PRELOADED_DATAGRAMS = 46 * 100;

  private static final int READ_DATAGRAMS = 46 * 4000;

  private final String label;

  Payload(String label) {
    this.label = label;
  }

  /** For people. */
  String label() {
    return label;
  }

  /**
   * The daemon's block {@code source}.
   *
   * @param moreKeys such as a count, for a generator
   * @param folder where the files are, made when they are first needed
   */
  String source(int datagramBytes, String moreKeys, Path folder) {
    return switch (this) {
      case STATIC, SEQUENCED ->
          "source { type = generator, datagram-size = %d,%s sequenced = %b }"
              .formatted(datagramBytes, moreKeys, this == SEQUENCED);
      case PRELOADED -> file(datagramBytes, PRELOADED_DATAGRAMS, folder);
      case READ -> file(datagramBytes, READ_DATAGRAMS, folder);
    };
  }

  private static String file(int datagramBytes, int datagrams, Path folder) {
    Path file = folder.resolve("payload-%d-%d".formatted(datagramBytes, datagrams));
    if (!Files.exists(file)) {
      byte[] datagram = new byte[datagramBytes];
      try (OutputStream out = Files.newOutputStream(file)) {
        for (int number = 0; number < datagrams; number++) {
          out.write(datagram);
        }
      } catch (IOException failure) {
        throw new HarnessException("can't write " + file + ": " + failure, failure);
      }
    }
    return "source { type = file, path = \"%s\", datagram-size = %d, loop = true }"
        .formatted(file, datagramBytes);
  }
}
