package io.millrace.stream;

/**
 * Says when each datagram of a stream is due: a schedule, not a timer. Every time comes in as an
 * argument, so that the same calls always give the same answers. Owned by one SenderThread.
 *
 * <p>Each datagram moves the schedule on by its cost divided by the rate. The division's remainder
 * is carried over, so the schedule is exact: after hours it is where it would be after one
 * multiplication. A sender that falls behind catches up by sending what is overdue at once, but
 * never more than {@code burstNs} worth of it: what is older is forgiven, the schedule moved up.
 * That is a token bucket whose depth is a time.
 */
public final class Pacer {
  private static final long NS_PER_SECOND = 1_000_000_000;
  private static final int BITS_PER_BYTE = 8;

  /**
   * Rates by datagrams are kept in thousandths, so that one datagram in some minutes is a rate too.
   */
  private static final int UNITS_PER_DATAGRAM = 1000;

  /**
   * A train leaves at line rate, however the stream is paced: it holds no more than so much of the
   * stream.
   */
  static final long TRAIN_SPAN_NS = 1_000_000;

  /** What a rate is counted in. */
  public enum Unit {
    UNLIMITED,
    BITS,
    DATAGRAMS
  }

  private long burstNs;

  /** How long before its time a datagram may be taken. */
  private final long aheadNs;

  private Unit unit;
  private long unitsPerSecond;
  private long dueNs;

  /**
   * Cost that the schedule has not moved on by yet, in units times nanoseconds per second; below
   * unitsPerSecond.
   */
  private long remainder;

  private Pacer(Unit unit, long unitsPerSecond, long burstNs, long aheadNs) {
    this.unit = unit;
    this.unitsPerSecond = unitsPerSecond;
    this.burstNs = burstNs;
    this.aheadNs = aheadNs;
  }

  /**
   * A pacer that must be {@link #reset} before its first use.
   *
   * @param rate payload bits per second, at most 10^12, or datagrams per second, at most 10^9;
   *     above 0, unless unlimited
   * @param burstNs how much of a backlog is sent at once after a stall, as time; not negative
   */
  public static Pacer of(Unit unit, double rate, long burstNs) {
    return of(unit, rate, burstNs, 0);
  }

  /**
   * The same, for datagrams that somebody else spaces: when one is due, those of the next {@code
   * aheadNs} are too, and the next look is at the first of the rest.
   *
   * @param aheadNs not negative; 0: none is due before its time
   */
  public static Pacer of(Unit unit, double rate, long burstNs, long aheadNs) {
    return new Pacer(unit, unitsPerSecond(unit, rate), burstNs, aheadNs);
  }

  private static long unitsPerSecond(Unit unit, double rate) {
    return switch (unit) {
      case UNLIMITED -> 0;
      case BITS -> Math.max(1, Math.round(rate));
      case DATAGRAMS -> Math.max(1, Math.round(rate * UNITS_PER_DATAGRAM));
    };
  }

  /** The next datagram is due now. */
  public void reset(long nowNs) {
    dueNs = nowNs;
    remainder = 0;
  }

  /** How far one datagram of this size moves the schedule, in nanoseconds; 0 without a limit. */
  long intervalNs(int payloadBytes) {
    return unit == Unit.UNLIMITED ? 0 : cost(payloadBytes) / unitsPerSecond;
  }

  /** From the next datagram on, another rate; the one after the next is scheduled by it. */
  public void rate(Unit newUnit, double rate) {
    unit = newUnit;
    unitsPerSecond = unitsPerSecond(newUnit, rate);
    remainder = 0;
  }

  /** How much of a backlog is sent at once after a stall, as time; not negative. */
  public void burst(long newBurstNs) {
    burstNs = newBurstNs;
  }

  public Unit unit() {
    return unit;
  }

  /** The rate in payload bits or datagrams per second; 0: unlimited. */
  public double rate() {
    return unit == Unit.DATAGRAMS ? (double) unitsPerSecond / UNITS_PER_DATAGRAM : unitsPerSecond;
  }

  public boolean isDue(long nowNs) {
    return unit == Unit.UNLIMITED || nowNs + aheadNs - dueNs >= 0;
  }

  /** When the next datagram is due, on the clock of {@code nowNs}; now, if there is no limit. */
  public long dueNs(long nowNs) {
    return unit == Unit.UNLIMITED ? nowNs : dueNs;
  }

  /**
   * How many datagrams of this size are due, 1 being enough: for sources that fill several at once.
   *
   * @param most at least 1; the answer is 1 to {@code most}
   */
  public int dueDatagrams(long nowNs, int payloadBytes, int most) {
    if (unit == Unit.UNLIMITED) {
      return most;
    }
    long lateNs = Math.min(nowNs - dueNs, burstNs) + aheadNs;
    if (lateNs <= 0) {
      return 1;
    }
    long intervalNs = cost(payloadBytes) / unitsPerSecond;
    return intervalNs == 0 ? most : (int) Math.min(most, 1 + lateNs / intervalNs);
  }

  /**
   * How many datagrams of this size may leave together, in one request: what is due in {@link
   * #TRAIN_SPAN_NS}, and in no more than the burst.
   *
   * @param most at least 1; the answer is 1 to {@code most}
   */
  public int trainLength(int payloadBytes, int most) {
    if (unit == Unit.UNLIMITED) {
      return most;
    }
    // At most 10^6 * 10^12: below 2^63.
    long units = Math.min(burstNs, TRAIN_SPAN_NS) * unitsPerSecond / NS_PER_SECOND;
    return Math.clamp(units / units(payloadBytes), 1, most);
  }

  /**
   * Takes one datagram from the schedule.
   *
   * @param nowNs when it is sent; it must be due
   * @return nanoseconds that it is late, backlog that is forgiven included; 0 without a limit, and
   *     ahead of its time
   */
  public long take(long nowNs, int payloadBytes) {
    if (unit == Unit.UNLIMITED) {
      return 0;
    }
    long lateNs = nowNs - dueNs;
    assert lateNs + aheadNs >= 0 : "taken " + -lateNs + " ns early";
    if (lateNs > burstNs) {
      dueNs = nowNs - burstNs;
      remainder = 0;
    }
    long cost = cost(payloadBytes) + remainder;
    dueNs += cost / unitsPerSecond;
    remainder = cost % unitsPerSecond;
    return Math.max(0, lateNs);
  }

  /** At most 65,507 * 8 * 10^9, about 5 * 10^14: far from overflowing. */
  private long cost(int payloadBytes) {
    return units(payloadBytes) * NS_PER_SECOND;
  }

  private long units(int payloadBytes) {
    return unit == Unit.BITS ? (long) payloadBytes * BITS_PER_BYTE : UNITS_PER_DATAGRAM;
  }
}
