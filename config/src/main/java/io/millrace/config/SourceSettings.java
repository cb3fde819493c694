package io.millrace.config;

/** A stream's {@code source}: where its payloads come from. */
public sealed interface SourceSettings permits FileSourceSettings, GeneratorSourceSettings {

  /**
   * UDP payload bytes of each datagram, 1..65507 and at most {@code buffers.slot-size}; a file's
   * last may be shorter.
   */
  int datagramBytes();
}
