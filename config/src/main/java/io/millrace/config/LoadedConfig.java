package io.millrace.config;

/**
 * A configuration without problems.
 *
 * @param settings what it says
 * @param effectiveHocon the whole {@code millrace { ... }} with every default written out and paths
 *     made absolute: what {@code millrace print-config} prints. It loads back to equal settings
 *     from any folder.
 */
public record LoadedConfig(Settings settings, String effectiveHocon) {}
