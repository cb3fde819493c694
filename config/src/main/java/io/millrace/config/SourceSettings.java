package io.millrace.config;

/** A stream's {@code source}: where its payloads come from. */
public sealed interface SourceSettings
    permits FileSourceSettings, GeneratorSourceSettings, PipeSourceSettings {

  /**
   * UDP payload bytes of each datagram, 1..65507 and at most {@code buffers.slot-size}; a file's
   * last may be shorter, and those of a pipe whose framing isn't fixed.
   */
  int datagramBytes();
}
