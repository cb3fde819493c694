package io.millrace.loadtest.harness;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.text.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The C reference sender: builds and runs it. Any thread. */
public final class ReferenceSender {
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

  /** The command line, for a record of what was run. */
  public List<String> command(List<String> prefix, List<String> arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(program.toString());
    command.addAll(arguments);
    return command;
  }

  /**
   * Runs it and returns what it printed.
   *
   * @throws HarnessException if it fails or doesn't end in time
   */
  public JsonNode run(List<String> prefix, List<String> arguments, Duration patience) {
    try (ManagedProcess process =
        ManagedProcess.start("reference-sender", command(prefix, arguments))) {
      int exit = process.awaitExit(patience);
      if (exit != 0) {
        throw new HarnessException("reference-sender: exit " + exit + ": " + process.tail(5));
      }
      return Json.parse(process.lines().getLast());
    }
  }
}
