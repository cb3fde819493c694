package io.millrace.config;

/**
 * {@code millrace.reload}: when a running daemon reads its configuration again.
 *
 * @param onChange also when the file, or one that it includes, has changed
 */
public record ReloadSettings(boolean onChange) {}
