package io.millrace.cli;

import io.millrace.ExitCode;
import io.millrace.StartupException;
import io.millrace.config.Settings;
import io.millrace.config.ShardSettings;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace check CONF}: validates without opening a socket. */
@Command(
    name = "check",
    description = "Validates a configuration and reports every problem at once.",
    mixinStandardHelpOptions = true)
public final class CheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "CONF", description = "The configuration file.")
  private Path file = Path.of("");

  @Override
  public Integer call() {
    try {
      Settings settings = ConfigFiles.load(file).settings();
      int targets = settings.streams().stream().mapToInt(s -> s.targets().size()).sum();
      spec.commandLine()
          .getOut()
          .printf(
              "%s: good: %d streams, %d targets%s%n",
              file, settings.streams().size(), targets, shard(settings));
      return ExitCode.CLEAN.value();
    } catch (StartupException bad) {
      spec.commandLine().getErr().println(bad.getMessage());
      return bad.exitCode().value();
    }
  }

  private static String shard(Settings settings) {
    ShardSettings shard = settings.shard();
    return shard.equals(ShardSettings.WHOLE)
        ? ""
        : ", of shard %d of %d; %d streams of others"
            .formatted(shard.index(), shard.count(), settings.elsewhere().size());
  }
}
