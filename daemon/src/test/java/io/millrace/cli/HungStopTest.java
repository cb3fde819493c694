package io.millrace.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admin.AdminClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stop ends in its time though something that it waits for never does, and says what is lost. */
@Timeout(180)
final class HungStopTest {
  private static final int DRAIN_SECONDS = 1;

  /** Of the drain timeout, for a change and for readers, and for a machine that is busy. */
  private static final long MOST_NS = TimeUnit.SECONDS.toNanos(2 * DRAIN_SECONDS + 10);

  private static final int LINES = 20;

  private final DatagramSocket sink = MillraceProcess.sink();
  @TempDir private Path folder = Path.of("");
  private @Nullable MillraceProcess running;

  @AfterEach
  void close() {
    if (running != null) {
      running.close();
    }
    sink.close();
  }

  /** A stream of lines of a FIFO, so slow that most of them are read and not sent. */
  private MillraceProcess start(Path fifo) throws Exception {
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    Path config =
        MillraceProcess.config(
            folder,
            """
            admin.listen = "127.0.0.1:0"
            rings { idle = park, drain-timeout = %d s }
            streams.news { source { type = pipe, path = "%s", framing = line }
                           pace { datagrams-per-second = 0.1 }, targets = [ "127.0.0.1:%d" ] }
            """
                .formatted(DRAIN_SECONDS, fifo, sink.getLocalPort()));
    MillraceProcess daemon = MillraceProcess.start(folder, "run", config.toString());
    running = daemon;
    daemon.awaitRunning();
    return daemon;
  }

  private static void stopsInTime(MillraceProcess daemon) throws InterruptedException {
    daemon.signal("TERM");
    long beganNs = System.nanoTime();
    daemon.hasExited(0);
    assertThat(System.nanoTime() - beganNs).as("ns until the end").isLessThan(MOST_NS);
    daemon.awaitErr("stopped after ");
  }

  /** Held in its read(2), which an interrupt waits for. */
  @Test
  void readerThatNeverComesBackIsLeft() throws Exception {
    Path fifo = folder.resolve("fifo");
    MillraceProcess daemon = start(fifo);
    try (OutputStream writer = Files.newOutputStream(fifo)) {
      for (int line = 0; line < LINES; line++) {
        writer.write("a line\n".getBytes(US_ASCII));
      }
      writer.flush();
      awaitRead(daemon);
      HeldThread.hold(daemon.pid(), "reader-news");
      stopsInTime(daemon);
    }
    assertThat(daemon.err())
        .contains("stream news: its input doesn't let go of the reader")
        .containsPattern("stream news: 1\\d datagrams were read and not sent");
  }

  /** Until the pipe is empty, and the reader waits for more. */
  private static void awaitRead(MillraceProcess daemon) throws InterruptedException, IOException {
    String admin = daemon.awaitErr(Pattern.compile("admin: http://(\\S+)")).group(1);
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    String read = "millrace_source_datagrams_total{stream=\"news\"} " + (double) LINES;
    while (!new AdminClient(admin).get("/metrics").body().contains(read)) {
      assertThat(System.nanoTime() - deadlineNs).as("lines read").isNegative();
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Test
  void readerThatWaitsForAWriterEnds() throws Exception {
    MillraceProcess daemon = start(folder.resolve("fifo"));
    stopsInTime(daemon);
    assertThat(daemon.err()).doesNotContain("doesn't let go");
  }

  @Test
  void changeThatNeverEndsIsLeft() throws Exception {
    MillraceProcess daemon = start(folder.resolve("fifo"));
    HeldThread.hold(daemon.pid(), "control");
    daemon.signal("HUP");
    stopsInTime(daemon);
    assertThat(daemon.err()).contains("a change is still under way, and is left unfinished");
  }
}
