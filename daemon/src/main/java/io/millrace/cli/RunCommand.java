package io.millrace.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code millrace run CONF}: the daemon in the foreground. Its options are also in {@link
 * PlainArguments}.
 */
@Command(
    name = "run",
    description = "Runs the daemon in the foreground, logging to stderr.",
    mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "CONF", description = "The configuration file.")
  private Path file = Path.of("");

  @Option(
      names = "--exit-when-done",
      description =
          "End when every stream has ended: finite sources exhausted, datagrams completed.")
  private boolean exitWhenDone;

  @Option(
      names = "--summary-json",
      paramLabel = "FILE",
      description = "At the end, write what each ring, stream and target did.")
  private @Nullable Path summaryFile;

  @Option(names = "--progress", description = "Show live progress on stderr.")
  private boolean progress;

  @Override
  public Integer call() throws InterruptedException {
    return new ForegroundRun(file, exitWhenDone, progress, summaryFile, spec.commandLine().getErr())
        .call();
  }
}
