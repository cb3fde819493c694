package io.millrace.config;

import com.typesafe.config.ConfigValue;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Loads a configuration file: HOCON with {@code include}, substitutions such as {@code ${?NAME}}
 * from the file and the environment, {@code CONFIG_FORCE_millrace_...} over it and {@code
 * reference.conf} under it. Opens no socket and resolves no name; of the files that streams send it
 * looks at the metadata only. Any thread.
 */
public final class ConfigLoader {
  private ConfigLoader() {}

  /**
   * Reads the file anew.
   *
   * @throws ConfigProblemsException with everything that is wrong, not only the first thing
   */
  public static LoadedConfig load(Path file) throws ConfigProblemsException {
    return load(file, System.getenv());
  }

  static LoadedConfig load(Path file, Map<String, String> environment)
      throws ConfigProblemsException {
    Problems problems = new Problems(file);
    HoconFile hocon = new HoconFile(file, new Environment(environment), problems);
    ConfigValue millrace = hocon.read();
    if (millrace == null) {
      problems.throwIfAny();
      throw new AssertionError("no configuration and no problem: " + file);
    }
    Settings settings = SettingsReader.read(millrace, problems);
    problems.throwIfAny();
    Set<Path> files = new HashSet<>(hocon.files());
    TlsSettings tls = settings.admin().tls();
    if (tls != null) {
      files.addAll(tls.files());
    }
    return new LoadedConfig(settings, files);
  }
}
