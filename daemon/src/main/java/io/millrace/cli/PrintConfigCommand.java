package io.millrace.cli;

import io.millrace.ExitCode;
import io.millrace.StartupException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace print-config CONF}: the effective configuration. */
@Command(
    name = "print-config",
    description = "Prints the effective configuration, defaults included.",
    mixinStandardHelpOptions = true)
public final class PrintConfigCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "CONF", description = "The configuration file.")
  private Path file = Path.of("");

  @Override
  public Integer call() {
    try {
      spec.commandLine().getOut().println(ConfigFiles.load(file).effectiveHocon().stripTrailing());
      return ExitCode.CLEAN.value();
    } catch (StartupException bad) {
      spec.commandLine().getErr().println(bad.getMessage());
      return bad.exitCode().value();
    }
  }
}
