package io.millrace.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A file in PEM (RFC 7468): blocks of Base64 between lines that say what they are. What is outside
 * of blocks is no one's business: openssl writes explanations there. Any thread.
 */
final class PemFile {
  /** A chain of ten certificates with large keys has a tenth of that. */
  private static final int MOST_BYTES = 256 * 1024;

  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";
  private static final int LONGEST_LABEL = 64;

  /**
   * A block.
   *
   * @param label what the lines around it say: CERTIFICATE, PRIVATE KEY, ...
   * @param body what is between them
   */
  record Block(String label, String body) {
    /** The bytes, or {@link InvalidValue} if the body isn't Base64. */
    byte[] bytes() {
      try {
        return Base64.getDecoder().decode(body.replaceAll("\\s", ""));
      } catch (IllegalArgumentException broken) {
        throw new InvalidValue("has a block %s that isn't Base64".formatted(label));
      }
    }
  }

  private PemFile() {}

  /** All blocks, in their order, or {@link InvalidValue} if there is no such file or none in it. */
  static List<Block> read(Path file) {
    String text = text(file);
    List<Block> blocks = new ArrayList<>();
    int at = 0;
    for (int begin = text.indexOf(BEGIN); begin >= 0; begin = text.indexOf(BEGIN, at)) {
      int labelAt = begin + BEGIN.length();
      int labelEnd = text.indexOf(DASHES, labelAt);
      if (labelEnd < 0 || labelEnd - labelAt > LONGEST_LABEL) {
        throw new InvalidValue("has a -----BEGIN that isn't followed by what begins");
      }
      String label = text.substring(labelAt, labelEnd);
      String last = END + label + DASHES;
      int end = text.indexOf(last, labelEnd);
      if (end < 0) {
        throw new InvalidValue("has no -----END for its -----BEGIN " + label);
      }
      blocks.add(new Block(label, text.substring(labelEnd + DASHES.length(), end)));
      at = end + last.length();
    }
    if (blocks.isEmpty()) {
      throw new InvalidValue(
          text.isBlank() ? "is empty" : "is not in PEM: it has no -----BEGIN and -----END");
    }
    return blocks;
  }

  private static String text(Path file) {
    if (!Files.exists(file)) {
      throw new InvalidValue("does not exist");
    }
    // Anything else may never end, or never begin.
    if (!Files.isRegularFile(file)) {
      throw new InvalidValue("is not a regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new InvalidValue("has more than " + Quantity.SIZE.format(MOST_BYTES));
      }
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (IOException unreadable) {
      throw new InvalidValue("is not readable: " + unreadable);
    }
  }
}
