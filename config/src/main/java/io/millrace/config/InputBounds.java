package io.millrace.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How much one configuration may read. A daemon that runs reads it again in a small heap, and must
 * refuse what doesn't fit rather than die of it. Owned by one load.
 */
final class InputBounds {
  /**
   * In all. Read, a configuration takes thirty to fifty times its text, and half of the heap is
   * left for the one that runs. A hundred thousand bare targets are 2 MB.
   */
  static final long MOST_BYTES =
      Math.clamp(Runtime.getRuntime().maxMemory() / 64, 1L << 20, 16L << 20);

  /**
   * Files that are read, each as often as it is included: two includes of two of two ... add up.
   */
  static final int MOST_FILES = 1000;

  /** Files around a file, each included by the one before. */
  static final int DEEPEST = 16;

  private long bytes;
  private int files;

  /**
   * What is wrong with reading this file too; null = nothing, and it counts from now on.
   *
   * @param depth how many files around it are being read
   */
  @Nullable String admit(Path file, int depth) {
    if (Files.isDirectory(file)) {
      return "is a folder; allowed: a configuration file";
    }
    // A FIFO would hold up whoever reads it, and a device such as /dev/zero has no end.
    if (!Files.isRegularFile(file)) {
      return "is not a regular file; allowed: a configuration file";
    }
    if (!Files.isReadable(file)) {
      return "is there, but is not readable";
    }
    if (depth > DEEPEST) {
      return "is included too deeply; allowed: %d files inside each other".formatted(DEEPEST);
    }
    if (++files > MOST_FILES) {
      return "is one file too many; allowed: %d in all".formatted(MOST_FILES);
    }
    try {
      bytes += Files.size(file);
    } catch (IOException unreadable) {
      return "is not readable: " + unreadable.getMessage();
    }
    return bytes > MOST_BYTES
        ? "is too large; allowed: %s with everything that is included"
            .formatted(Quantity.SIZE.format(MOST_BYTES))
        : null;
  }
}
