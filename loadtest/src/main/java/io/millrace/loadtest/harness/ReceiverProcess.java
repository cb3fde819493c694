package io.millrace.loadtest.harness;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.text.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A {@code loadtest/receive} that listens. Owned by one thread. */
public final class ReceiverProcess implements AutoCloseable {
  private static final String READY = "listening on ";
  private static final Duration READY_PATIENCE = Duration.ofSeconds(30);
  private static final int EXIT_BY_SIGTERM = 128 + 15;
  private static final Duration SUMMARY_PATIENCE = Duration.ofSeconds(30);

  private final ManagedProcess process;
  private final List<String> addresses;
  private final Path json;

  private ReceiverProcess(ManagedProcess process, List<String> addresses, Path json) {
    this.process = process;
    this.addresses = addresses;
    this.json = json;
  }

  static ReceiverProcess ready(ManagedProcess process, int ports, Path json) {
    List<String> addresses =
        process.awaitLines(line -> line.startsWith(READY), ports, READY_PATIENCE).stream()
            .map(line -> line.substring(READY.length()))
            .toList();
    return new ReceiverProcess(process, addresses, json);
  }

  /** HOST:PORT of each port. */
  public List<String> addresses() {
    return addresses;
  }

  public ManagedProcess process() {
    return process;
  }

  /**
   * Waits for the receiver's own end, ends it when that doesn't come, and returns its summary.
   *
   * @param patience from now, when nothing more is sent
   */
  public JsonNode finish(Duration patience) {
    boolean terminated = !process.endsWithin(patience);
    if (terminated) {
      process.terminate();
    }
    int exit = process.awaitExit(SUMMARY_PATIENCE);
    // A JVM that is on its way out by itself when the signal comes has written all, and says 143.
    boolean good = exit == 0 || (terminated && exit == EXIT_BY_SIGTERM);
    if (!good || !Files.exists(json)) {
      throw new HarnessException("the receiver: exit " + exit + ":\n  " + process.tail(10));
    }
    return Json.read(json);
  }

  @Override
  public void close() {
    process.close();
  }
}
