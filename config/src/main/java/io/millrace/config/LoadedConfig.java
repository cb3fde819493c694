package io.millrace.config;

import java.nio.file.Path;
import java.util.Set;

/**
 * A configuration without problems.
 *
 * @param settings what it says
 * @param files the file itself, those that it includes, and those of {@code admin.tls}, absolute
 */
public record LoadedConfig(Settings settings, Set<Path> files) {
  public LoadedConfig {
    files = Set.copyOf(files);
  }

  /**
   * The whole {@code millrace { ... }} with every default written out and paths made absolute: what
   * {@code millrace print-config} prints. It loads back to equal settings from any folder. Written
   * when asked for, since a start doesn't need it.
   */
  public String effectiveHocon() {
    return EffectiveHocon.of(settings);
  }
}
