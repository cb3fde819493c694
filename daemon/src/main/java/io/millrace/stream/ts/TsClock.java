package io.millrace.stream.ts;

import java.util.concurrent.TimeUnit;

/** Arithmetic of the 27 MHz system clock of a transport stream. Any thread. */
public final class TsClock {
  private static final long NS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long MHZ = TsPacket.CLOCK_HZ / 1_000_000;

  private TsClock() {}

  /** From one PCR to a later one, which may have wrapped: 0 to {@link TsPacket#PCR_WRAP} less 1. */
  static long span(long from, long to) {
    return Math.floorMod(to - from, TsPacket.PCR_WRAP);
  }

  /** A PCR that is so much later. */
  static long add(long pcr, long ticks) {
    return Math.floorMod(pcr + ticks, TsPacket.PCR_WRAP);
  }

  /** Ticks as nanoseconds; they are not negative. Exact, and far from overflowing. */
  public static long ns(long ticks) {
    return ticks / TsPacket.CLOCK_HZ * NS_PER_SECOND + ticks % TsPacket.CLOCK_HZ * 1000 / MHZ;
  }
}
