package io.millrace.cli;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What standard output and error go to. */
final class Terminal {
  static final int STDOUT = 1;
  static final int STDERR = 2;

  /** Where the size can't be found out: what every terminal has. */
  static final Size USUAL = new Size(24, 80);

  private static final Pattern DEVICES = Pattern.compile("/dev/(pts/\\d+|tty.*|console)");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,4}) (\\d{1,4})\\s*");

  // ECMA-48, and xterm's private modes as terminals of today have them.
  private static final String OTHER_SCREEN = "\u001b[?1049h";
  private static final String FIRST_SCREEN = "\u001b[?1049l";
  private static final String HIDE_CURSOR = "\u001b[?25l";
  private static final String SHOW_CURSOR = "\u001b[?25h";
  private static final String HOME = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_REST = "\u001b[J";

  private final PrintWriter out;

  Terminal(PrintWriter out) {
    this.out = out;
  }

  /** In characters. */
  record Size(int rows, int columns) {}

  /** Whether it is a terminal; the JDK can only say it of stdin and stdout together. */
  static boolean is(int descriptor) {
    try {
      Path file = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
      return DEVICES.matcher(file.toString()).matches();
    } catch (IOException unknown) {
      return false;
    }
  }

  /** Its size now; by stty, which every system has, as the JDK can't ask. */
  static Size size() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      Matcher size = SIZE.matcher(answer);
      if (stty.waitFor(1, TimeUnit.SECONDS) && size.matches()) {
        Size found = new Size(Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2)));
        return found.rows > 0 && found.columns > 0 ? found : USUAL;
      }
    } catch (IOException none) {
      // No stty, or no terminal to ask.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return USUAL;
  }

  /** Takes the whole screen; what was on it comes back at the end. */
  void begin() {
    print(OTHER_SCREEN + HIDE_CURSOR);
  }

  /** Shows these lines in place of the last ones, cut to the screen. */
  void show(String text, Size size) {
    StringBuilder screen = new StringBuilder(HOME);
    String[] lines = text.split("\n", -1);
    int shown = Math.min(lines.length, size.rows);
    for (int line = 0; line < shown; line++) {
      String whole = lines[line];
      screen.append(whole, 0, whole.offsetByCodePoints(0, columns(whole, size)));
      screen.append(CLEAR_LINE).append(line < shown - 1 ? "\n" : "");
    }
    print(screen.append(CLEAR_REST).toString());
  }

  private static int columns(String line, Size size) {
    return Math.min(line.codePointCount(0, line.length()), size.columns);
  }

  /** Gives the screen back. */
  void end() {
    print(SHOW_CURSOR + FIRST_SCREEN);
  }

  private void print(String text) {
    out.print(text);
    out.flush();
  }
}
