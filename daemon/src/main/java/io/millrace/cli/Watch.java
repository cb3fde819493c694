package io.millrace.cli;

import io.millrace.ExitCode;
import io.millrace.admin.AdminClient;
import io.millrace.admin.AdminClient.Answer;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * {@code ctl status --watch}: looks at a daemon again and again, and shows what happened in
 * between. On a terminal it has the screen until Ctrl-C and gives it back, with the last look left
 * there; elsewhere it writes lines. One thread, and that of a signal at the end.
 */
final class Watch {
  private static final int NOT_FOUND = 404;

  private final AdminClient client;
  private final String address;
  private final PrintWriter out;
  private final Duration interval;
  private final long looks;
  private final boolean json;
  private final @Nullable Terminal terminal;

  /** Guarded by this object, as it ends by a signal in the middle of anything. */
  private String lastScreen = "";

  private boolean hasScreen;

  /**
   * A watch that has looked at nothing.
   *
   * @param looks how many are shown; 0: without end
   * @param json the answers as they come, a line each
   * @param terminal null: there is none
   */
  Watch(
      AdminClient client,
      String address,
      PrintWriter out,
      Duration interval,
      long looks,
      boolean json,
      @Nullable Terminal terminal) {
    this.client = client;
    this.address = address;
    this.out = out;
    this.interval = interval;
    this.looks = looks;
    this.json = json;
    this.terminal = json ? null : terminal;
  }

  /**
   * Shows what it sees until it has shown enough.
   *
   * @return null at the end, or why there is nothing to be seen
   */
  @Nullable String run() {
    String trouble = null;
    try {
      JsonView before = look();
      begin();
      long nextNs = System.nanoTime();
      // Rates need two looks, counters only one.
      for (long shown = json ? 1 : 0; looks == 0 || shown < looks; shown++) {
        nextNs += interval.toNanos();
        LockSupport.parkNanos(nextNs - System.nanoTime());
        before = showNext(before);
      }
    } catch (IOException gone) {
      trouble = String.valueOf(gone.getMessage());
    }
    end();
    return trouble;
  }

  private synchronized void begin() {
    if (terminal != null) {
      terminal.begin();
      hasScreen = true;
      Signals.onEnd(
          () -> {
            end();
            // Another thread waits for an answer or for the next look, and has nothing to tidy up.
            Runtime.getRuntime().halt(ExitCode.CLEAN.value());
          });
    }
  }

  private synchronized void end() {
    if (terminal != null && hasScreen) {
      terminal.end();
      out.println(lastScreen);
      out.flush();
    }
    hasScreen = false;
  }

  /** Returns what it saw; on a terminal a daemon that is away for a while is waited for. */
  private JsonView showNext(JsonView before) throws IOException {
    JsonView now;
    try {
      now = look();
    } catch (IOException gone) {
      if (terminal == null) {
        throw gone;
      }
      draw("no answer from %s: %s\n\n%s".formatted(address, gone.getMessage(), lastScreen), false);
      return before;
    }
    LiveRates rates = new LiveRates(before, now);
    if (!rates.areKnown() || json) {
      return now; // another daemon, or printed already
    }
    if (terminal == null) {
      out.println(LiveTables.lines(now, rates));
      out.flush();
    } else {
      draw(LiveTables.screen(now, rates, Terminal.size().rows()), true);
    }
    return now;
  }

  private synchronized void draw(String screen, boolean isLook) {
    if (terminal != null && hasScreen) {
      terminal.show(screen, Terminal.size());
      lastScreen = isLook ? screen : lastScreen;
    }
  }

  private JsonView look() throws IOException {
    Answer answer = client.get("/api/v1/live");
    if (answer.status() == NOT_FOUND) {
      throw new IOException("it has no /api/v1/live: not a Millrace daemon, or an older one");
    }
    if (!answer.isSuccess()) {
      throw new IOException("it answers " + answer.status() + ": " + answer.body().strip());
    }
    if (json) {
      out.println(answer.body().strip());
      out.flush();
    }
    return JsonView.parse(answer.body());
  }
}
