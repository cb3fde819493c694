package io.millrace.loadtest.harness;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.text.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The C reference sender: builds and runs it. Any thread. */
public final class ReferenceSender {
  /** The program's name, which is that of its one thread too. */
  public static final String NAME = "reference-sender";

  private final Path program;

  private ReferenceSender(Path program) {
    this.program = program;
  }

  /**
   * Builds it by {@code loadtest/reference/build}.
   *
   * @throws HarnessException if there is no compiler, or it fails
   */
  public static ReferenceSender build(Path root, Path program) {
    ManagedProcess.run(
        List.of(root.resolve("loadtest/reference/build").toString(), program.toString()));
    return new ReferenceSender(program);
  }

  /** One that was built before. */
  public static ReferenceSender of(Path program) {
    return new ReferenceSender(program);
  }

  /** The command line, for a record of what was run. */
  public List<String> command(List<String> prefix, List<String> arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(program.toString());
    command.addAll(arguments);
    return command;
  }

  /**
   * Starts it. It ends when it has sent what it was told to, or at SIGTERM; then {@link #report}.
   */
  public ManagedProcess start(List<String> prefix, List<String> arguments) {
    return ManagedProcess.start(NAME, command(prefix, arguments));
  }

  /**
   * Runs it and returns what it printed.
   *
   * @throws HarnessException if it fails or doesn't end in time
   */
  public JsonNode run(List<String> prefix, List<String> arguments, Duration patience) {
    try (ManagedProcess process = start(prefix, arguments)) {
      return report(process, patience);
    }
  }

  /**
   * Waits for the end of a started one and returns what it printed.
   *
   * @throws HarnessException if it fails or doesn't end in time
   */
  public static JsonNode report(ManagedProcess process, Duration patience) {
    int exit = process.awaitExit(patience);
    if (exit != 0) {
      throw new HarnessException(NAME + ": exit " + exit + ": " + process.tail(5));
    }
    return Json.parse(process.lines().getLast());
  }
}
