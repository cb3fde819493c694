package io.millrace.loadtest.scenario;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Lines that another program writes into a FIFO arrive as datagrams of the same bytes, in their
 * order. The writer is as fast as the FIFO takes them; the stream's pace makes it wait.
 */
final class PipeScenario implements Scenario {
  private static final int LONGEST_BYTES = 1400;
  private static final int PER_SECOND = 20_000;

  @Override
  public String name() {
    return "pipe";
  }

  @Override
  public String description() {
    return "lines of 1 to 1400 bytes from a FIFO arrive whole and in order, a datagram each";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    int lines = quick ? 40_000 : 200_000;
    Path fifo = makeFifo(lab.folder().resolve("lines.fifo"));
    ReceiverProcess receiver =
        Steps.receiver(
            lab,
            "pipe",
            1,
            lines,
            List.of("--sequenced", "no", "--write", lab.folder().resolve("lines.bin").toString()));
    String configuration =
        Configuration.rings(1).stream(
                "lines",
                "type = pipe, path = \"%s\", framing = line, datagram-size = %d"
                    .formatted(fifo, LONGEST_BYTES),
                "{ datagrams-per-second = %d }".formatted(PER_SECOND),
                receiver.addresses())
            .text();
    long seed = System.nanoTime();
    try (DaemonProcess daemon =
        lab.startDaemon("pipe", List.of(), configuration, List.of("--exit-when-done"))) {
      String sha256 = write(fifo, lines, seed);
      DaemonSummary sender = daemon.finish(Steps.PATIENCE);
      JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);
      return Outcome.of(name(), sender, List.of(received))
          .expectWhole(lines)
          .expect(
              received.path("sha256").asText().equals(sha256),
              "SHA-256 %s received, %s written (seed %d)"
                  .formatted(received.path("sha256").asText(), sha256, seed));
    }
  }

  private static Path makeFifo(Path path) {
    try {
      Process mkfifo = new ProcessBuilder("mkfifo", path.toString()).start();
      if (mkfifo.waitFor() != 0) {
        throw new HarnessException("mkfifo " + path + ": exit " + mkfifo.exitValue());
      }
      return path;
    } catch (IOException failure) {
      throw new HarnessException("mkfifo: " + failure, failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }

  /** Writes random lines once a reader is there; returns the SHA-256 of all but their ends. */
  private static String write(Path fifo, int lines, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(fifo, StandardOpenOption.WRITE))) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (int number = 0; number < lines; number++) {
        int bytes = random.nextInt(1, LONGEST_BYTES + 1);
        String text = number + " " + Long.toHexString(random.nextLong()).repeat(1 + bytes / 16);
        byte[] line = text.substring(0, Math.min(bytes, text.length())).getBytes(US_ASCII);
        digest.update(line);
        out.write(line);
        out.write('\n');
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException | NoSuchAlgorithmException failure) {
      throw new HarnessException("can't write to " + fifo + ": " + failure, failure);
    }
  }
}
