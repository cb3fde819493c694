package io.millrace.stream;

import io.millrace.counters.SourceCounters;

/** How the datagrams in a stream of bytes are told apart. */
public enum Framing {
  /** All are equally long; the last may be shorter. */
  FIXED,
  /** Each has its length before it: 16 bits, big-endian. */
  LENGTH_16,
  /** Each has its length before it: 32 bits, big-endian. */
  LENGTH_32,
  /** Each is a line, sent without its end. */
  LINE;

  /** What finds datagrams of that many bytes; of at most so many, where they aren't fixed. */
  Framer framer(int datagramBytes, SourceCounters counters) {
    return switch (this) {
      case FIXED -> Framer.fixed(datagramBytes, counters);
      case LENGTH_16 -> Framer.prefixed(Short.BYTES, datagramBytes, counters);
      case LENGTH_32 -> Framer.prefixed(Integer.BYTES, datagramBytes, counters);
      case LINE -> Framer.lines(datagramBytes, counters);
    };
  }
}
