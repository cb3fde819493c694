package io.millrace.cli;

import io.millrace.ExitCode;
import io.millrace.StartupException;
import io.millrace.config.ConfigLoader;
import io.millrace.config.ConfigProblem;
import io.millrace.config.ConfigProblemsException;
import io.millrace.config.LoadedConfig;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Loading a configuration for a command. */
final class ConfigFiles {
  private ConfigFiles() {}

  /**
   * Loads.
   *
   * @throws StartupException with every problem, a line each
   */
  static LoadedConfig load(Path file) throws StartupException {
    try {
      return ConfigLoader.load(file);
    } catch (ConfigProblemsException bad) {
      throw new StartupException(
          ExitCode.USAGE,
          bad.problems().stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
    }
  }
}
