package io.millrace.config;

import java.util.List;

/**
 * One entry of {@code millrace.streams}: what is sent, how fast, and where to.
 *
 * @param name 1 to 64 letters, digits, {@code .}, {@code _} and {@code -}
 * @param targets 1 to 100000, in the order of the file; every datagram goes to each of them
 */
public record StreamSettings(
    String name, SourceSettings source, PaceSettings pace, List<TargetSettings> targets) {

  public StreamSettings {
    targets = List.copyOf(targets);
  }
}
