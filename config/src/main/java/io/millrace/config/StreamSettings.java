package io.millrace.config;

import java.util.List;

/**
 * One entry of {@code millrace.streams}: what is sent, how fast, and where to.
 *
 * @param name 1 to 64 letters, digits, {@code .}, {@code _} and {@code -}
 * @param targets 1 to 100000, in the order of the file; every datagram goes to each of them
 * @param rings over which the targets are divided, as far as there are so many: 1 to {@value
 *     #MOST_RINGS}
 */
public record StreamSettings(
    String name,
    SourceSettings source,
    PaceSettings pace,
    List<TargetSettings> targets,
    int rings) {
  /** Rings that one stream may be divided over. */
  static final int MOST_RINGS = 64;

  /** One on a single ring. */
  public StreamSettings(
      String name, SourceSettings source, PaceSettings pace, List<TargetSettings> targets) {
    this(name, source, pace, targets, 1);
  }

  public StreamSettings {
    targets = List.copyOf(targets);
  }
}
