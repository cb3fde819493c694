package io.millrace.cli;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads the arguments of {@code millrace run} without picocli, if they are plain: the file, and
 * options spelled out, each once. Picocli reads everything else, and words every complaint.
 *
 * <p>This is for the time to the first datagram: picocli's classes are of a format (Java 5) that an
 * AOT cache leaves out, and loading and asking 170 of them took longer than the rest of the start
 * (adr/0002).
 */
public final class PlainArguments {
  private static final String SUMMARY = "--summary-json";

  private boolean exitWhenDone;
  private boolean progress;
  private @Nullable String summary;
  private @Nullable String file;

  private PlainArguments() {}

  /**
   * Runs the daemon if the arguments are a plain {@code run}.
   *
   * @return the exit code, or null where picocli is to read them
   */
  public static @Nullable Integer run(String[] arguments) throws InterruptedException {
    PlainArguments plain = new PlainArguments();
    return plain.read(arguments) ? plain.toRun().call() : null;
  }

  /** Whether these are plain. */
  static boolean arePlain(String... arguments) {
    return new PlainArguments().read(arguments);
  }

  private boolean read(String[] arguments) {
    if (arguments.length == 0 || !arguments[0].equals("run")) {
      return false;
    }
    for (int index = 1; index < arguments.length; index++) {
      String argument = arguments[index];
      if (argument.equals("--exit-when-done") && !exitWhenDone) {
        exitWhenDone = true;
      } else if (argument.equals("--progress") && !progress) {
        progress = true;
      } else if (argument.equals(SUMMARY) && summary == null && index + 1 < arguments.length) {
        summary = arguments[++index];
      } else if (file == null) {
        file = argument;
      } else {
        return false;
      }
    }
    return isPlainPath(file) && (summary == null || isPlainPath(summary));
  }

  /** Not what picocli gives a meaning to: an option, a file of arguments, quotes, nothing. */
  private static boolean isPlainPath(@Nullable String text) {
    if (text == null || text.isEmpty() || "-@\"'".indexOf(text.charAt(0)) >= 0) {
      return false;
    }
    try {
      return !Path.of(text).toString().isEmpty();
    } catch (InvalidPathException bad) {
      return false;
    }
  }

  private ForegroundRun toRun() {
    if (file == null) {
      throw new IllegalStateException("no file was read");
    }
    Charset charset = System.err.charset();
    return new ForegroundRun(
        Path.of(file),
        exitWhenDone,
        progress,
        summary == null ? null : Path.of(summary),
        new PrintWriter(new OutputStreamWriter(System.err, charset), true));
  }
}
