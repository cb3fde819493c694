package io.millrace;

import io.millrace.config.ConfigProblemsException;
import io.millrace.config.LoadedConfig;

/** Where a daemon's configuration comes from. Any thread. */
@FunctionalInterface
public interface ConfigSource {
  /**
   * Reads it anew.
   *
   * @throws ConfigProblemsException with everything that is wrong
   */
  LoadedConfig load() throws ConfigProblemsException;
}
