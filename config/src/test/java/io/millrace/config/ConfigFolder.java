package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A folder with configurations for one test; what is loaded is always {@code x.conf}. */
record ConfigFolder(Path folder) {
  /** The shortest stream there is. */
  static final String A_STREAM =
      "millrace.streams.s { source.type = generator, targets = [\"127.0.0.1:1\"] }\n";

  Path write(String name, String content) {
    try {
      return Files.writeString(folder.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  LoadedConfig load(String config, Map<String, String> environment) throws ConfigProblemsException {
    return ConfigLoader.load(write("x.conf", config), environment);
  }

  Settings settings(String config) {
    return settings(config, Map.of());
  }

  Settings settings(String config, Map<String, String> environment) {
    try {
      return load(config, environment).settings();
    } catch (ConfigProblemsException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  /** As text, with the files' names instead of their paths. */
  List<String> problems(String config, Map<String, String> environment) {
    try {
      LoadedConfig loaded = load(config, environment);
      assertThat(loaded.effectiveHocon()).as("should have had problems").isEmpty();
      return List.of();
    } catch (ConfigProblemsException e) {
      return e.problems().stream()
          .map(problem -> problem.toString().replace(folder + "/", ""))
          .toList();
    }
  }

  List<String> problems(String config) {
    return problems(config, Map.of());
  }
}
