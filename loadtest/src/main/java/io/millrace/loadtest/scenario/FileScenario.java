package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A file leaves as datagrams and arrives with the same bytes; too large to be preloaded, so that it
 * is read as it goes.
 */
final class FileScenario implements Scenario {
  private static final int DATAGRAM_BYTES = 1316;

  /** Not a multiple of the datagram: the last one is short. */
  private static final int ODD_BYTES = 517;

  private static final int BLOCK_BYTES = 1 << 16;

  @Override
  public String name() {
    return "file";
  }

  @Override
  public String description() {
    return "a random file arrives with the same SHA-256, sent as 1316-byte datagrams at 300 Mbit/s";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    int blocks =
        quick ? 640 : 1600; // 40 MiB, 100 MiB: both more than the default 32 MiB of buffers
    Path file = lab.folder().resolve("sent.bin");
    Path copy = lab.folder().resolve("received.bin");
    long seed = System.nanoTime();
    String sha256 = generate(file, blocks, seed);
    long bytes = (long) blocks * BLOCK_BYTES + ODD_BYTES;
    long count = (bytes + DATAGRAM_BYTES - 1) / DATAGRAM_BYTES;

    ReceiverProcess receiver =
        Steps.receiver(
            lab, "file", 1, count, List.of("--write", copy.toString(), "--sequenced", "no"));
    String configuration =
        Configuration.rings(1).stream(
                "file",
                "type = file, path = \"%s\", datagram-size = %d".formatted(file, DATAGRAM_BYTES),
                "{ rate = 300 Mbit/s }",
                receiver.addresses())
            .text();
    DaemonSummary sender = lab.runDaemon("file", configuration, Steps.PATIENCE);
    JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);
    long mismatch = mismatch(file, copy);
    return Outcome.of(name(), sender, List.of(received))
        .expectWhole(count)
        .expect(
            received.path("bytes").longValue() == bytes,
            "%d bytes received of %d".formatted(received.path("bytes").longValue(), bytes))
        .expect(
            received.path("sha256").asText().equals(sha256),
            "SHA-256 %s received, %s sent (seed %d)"
                .formatted(received.path("sha256").asText(), sha256, seed))
        .expect(
            mismatch < 0, "the files differ from byte %d on (seed %d)".formatted(mismatch, seed));
  }

  private static String generate(Path file, int blocks, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] block = new byte[BLOCK_BYTES];
    try (DigestOutputStream out =
        new DigestOutputStream(Files.newOutputStream(file), MessageDigest.getInstance("SHA-256"))) {
      for (int i = 0; i < blocks; i++) {
        random.nextBytes(block);
        out.write(block);
      }
      out.write(block, 0, ODD_BYTES);
      return HexFormat.of().formatHex(out.getMessageDigest().digest());
    } catch (IOException | NoSuchAlgorithmException failure) {
      throw new IllegalStateException("can't make " + file + ": " + failure, failure);
    }
  }

  private static long mismatch(Path file, Path copy) {
    try {
      return Files.mismatch(file, copy);
    } catch (IOException failure) {
      throw new UncheckedIOException("can't compare " + file + " with " + copy, failure);
    }
  }
}
