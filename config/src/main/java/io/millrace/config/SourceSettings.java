package io.millrace.config;

/** A stream's {@code source}: where its payloads come from. */
public sealed interface SourceSettings
    permits FileSourceSettings,
        GeneratorSourceSettings,
        PcapSourceSettings,
        PipeSourceSettings,
        TsSourceSettings,
        UdpSourceSettings {

  /**
   * UDP payload bytes of each datagram, 1..65507 and at most {@code buffers.slot-size}; a file's
   * last may be shorter, and those of a socket or a capture, and of a pipe whose framing isn't
   * fixed.
   */
  int datagramBytes();

  /** What it is, in a few words: for observers. */
  String describe();

  /** Whether it says itself when its datagrams are due. */
  default boolean hasTiming() {
    return false;
  }
}
