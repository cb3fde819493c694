package io.millrace.logging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a line of the log looks like. */
enum LogFormat {
  /** For people. */
  TEXT,
  /** For systemd's journal. */
  JOURNAL,
  /** An object a line, for what collects logs. */
  JSON;

  /** What {@code auto} finds out. */
  static final String AUTO = "auto";

  private static final Path STDERR = Path.of("/proc/self/fd/2");

  /**
   * The format that a word means; null where it means none.
   *
   * @param word from the environment; unset or empty: auto
   * @param journalStream the environment's JOURNAL_STREAM
   */
  static @Nullable LogFormat of(@Nullable String word, @Nullable String journalStream) {
    if (word == null || word.isEmpty() || word.equals(AUTO)) {
      return journalStream != null && isStderr(journalStream) ? JOURNAL : TEXT;
    }
    for (LogFormat format : values()) {
      if (format.name().toLowerCase(Locale.ROOT).equals(word)) {
        return format;
      }
    }
    return null;
  }

  /**
   * Whether stderr still is what systemd connected to the journal: somebody may have redirected it.
   *
   * @param journalStream device and inode, as systemd.exec(5) has them
   */
  private static boolean isStderr(String journalStream) {
    try {
      Object device = Files.getAttribute(STDERR, "unix:dev");
      Object inode = Files.getAttribute(STDERR, "unix:ino");
      return journalStream.equals(device + ":" + inode);
    } catch (IOException closed) {
      return false;
    }
  }
}
