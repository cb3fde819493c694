package io.millrace.stream.pcap;

/**
 * What a section of a pcapng file says of an interface, as far as its packets can't be read
 * without.
 *
 * @param linkType what its packets begin with
 * @param mostCaptured bytes of a packet that were captured at most
 * @param resolution the option if_tsresol: n for units of 10^-n s, n + 128 for 2^-n s
 * @param offsetSeconds what is to be added to its times
 */
record CaptureInterface(int linkType, long mostCaptured, int resolution, long offsetSeconds) {
  /** Without its options. */
  static final int LEAST_BYTES = 8;

  private static final int END = 0;
  private static final int RESOLUTION = 9;
  private static final int OFFSET = 14;
  private static final int OPTION_HEAD_BYTES = 4;

  private static final int MICROSECONDS = 6;
  private static final int NANOSECONDS = 9;
  private static final int BINARY = 0x80;
  private static final long NS_PER_SECOND = 1_000_000_000;

  /** 10^18 is the last one that a long holds. */
  private static final int MOST_DIGITS = 18;

  private static final int MOST_BITS = 62;

  /**
   * Reads a block; it is in memory.
   *
   * @param from where in the block the interface's own fields begin
   * @param end where they, options included, end
   */
  static CaptureInterface read(CaptureInput input, int from, int end) {
    long most = input.u32(from + 4);
    int resolution = MICROSECONDS;
    long offset = 0;
    int at = from + LEAST_BYTES;
    while (at + OPTION_HEAD_BYTES <= end && input.u16(at) != END) {
      int bytes = input.u16(at + 2);
      int value = at + OPTION_HEAD_BYTES;
      if (value + bytes > end) {
        break; // the rest is damage, and nothing that one can't do without
      }
      if (input.u16(at) == RESOLUTION && bytes == 1) {
        resolution = input.u8(value);
      } else if (input.u16(at) == OFFSET && bytes == Long.BYTES) {
        offset = input.s64(value);
      }
      at = value + (bytes + 3) / 4 * 4;
    }
    return new CaptureInterface(
        input.u16(from), most == 0 ? Long.MAX_VALUE : most, resolution, offset);
  }

  /**
   * A time of this interface in nanoseconds since the epoch. A time that is damaged gives any
   * number; {@link CaptureClock} bounds what may come of it.
   *
   * @param ticks unsigned
   */
  long timeNs(long ticks) {
    long ns =
        (resolution & BINARY) == 0
            ? ofDecimal(ticks, resolution)
            : ofBinary(ticks, resolution & ~BINARY);
    return ns + offsetSeconds * NS_PER_SECOND;
  }

  private static long ofDecimal(long ticks, int digits) {
    if (digits <= NANOSECONDS) {
      return ticks * power(NANOSECONDS - digits);
    }
    int tooMany = digits - NANOSECONDS;
    return tooMany > MOST_DIGITS ? 0 : Long.divideUnsigned(ticks, power(tooMany));
  }

  private static long ofBinary(long ticks, int bits) {
    if (bits == 0) {
      return ticks * NS_PER_SECOND;
    }
    // The grain of a bit more than 62 is below anything that a clock shows.
    long used = bits > MOST_BITS ? ticks >>> Math.min(bits - MOST_BITS, Long.SIZE - 1) : ticks;
    int shift = Math.min(bits, MOST_BITS);
    long part = used & ((1L << shift) - 1);
    long ns =
        (Math.multiplyHigh(part, NS_PER_SECOND) << (Long.SIZE - shift))
            | ((part * NS_PER_SECOND) >>> shift);
    return (used >>> shift) * NS_PER_SECOND + ns;
  }

  private static long power(int exponent) {
    long power = 1;
    for (int digit = 0; digit < exponent; digit++) {
      power *= 10;
    }
    return power;
  }
}
