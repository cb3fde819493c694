package io.millrace.config;

import java.nio.file.Path;
import java.util.Set;

/**
 * A configuration without problems.
 *
 * @param settings what it says
 * @param effectiveHocon the whole {@code millrace { ... }} with every default written out and paths
 *     made absolute: what {@code millrace print-config} prints. It loads back to equal settings
 *     from any folder.
 * @param files the file itself and those that it includes, absolute
 */
public record LoadedConfig(Settings settings, String effectiveHocon, Set<Path> files) {
  public LoadedConfig {
    files = Set.copyOf(files);
  }
}
