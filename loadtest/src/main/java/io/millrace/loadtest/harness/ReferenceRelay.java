package io.millrace.loadtest.harness;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The C reference relay: builds and starts it. Any thread. */
public final class ReferenceRelay {
  private static final Duration READY_PATIENCE = Duration.ofSeconds(10);

  private final Path program;

  private ReferenceRelay(Path program) {
    this.program = program;
  }

  /**
   * Builds it by {@code loadtest/reference/relay/build}.
   *
   * @throws HarnessException if there is no compiler, or it fails
   */
  public static ReferenceRelay build(Path root, Path program) {
    ManagedProcess.run(
        List.of(root.resolve("loadtest/reference/relay/build").toString(), program.toString()));
    return new ReferenceRelay(program);
  }

  /**
   * Starts it, and waits until it listens. At SIGTERM it prints what it did, as JSON, and ends.
   *
   * @param prefix a command to run it under, such as {@code ip netns exec NAME}; may be empty
   */
  public ManagedProcess start(List<String> prefix, List<String> arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(program.toString());
    command.addAll(arguments);
    ManagedProcess process = ManagedProcess.start("reference-relay", command);
    process.awaitLines(line -> line.equals("listening"), 1, READY_PATIENCE);
    return process;
  }
}
