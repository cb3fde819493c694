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
    DATAGRAMS,
    /**
     * None: each datagram has its time ({@link #follow}), and the rate is a factor of its speed.
     */
    SOURCE
  }

  private long burstNs;

  /** How long before its time a datagram may be taken. */
  private long aheadNs;

  /** How long before the next datagram's time is the next look; at most aheadNs. */
  private long leadNs;

  private Unit unit;
  private long unitsPerSecond;
  private long dueNs;

  /**
   * Cost that the schedule has not moved on by yet, in units times nanoseconds per second; below
   * unitsPerSecond.
   */
  private long remainder;

  // Of a schedule that the source gives: the times of the datagrams that are known, where in them
  // the next one is and where they end, when time 0 of the source is, and whether that is to be
  // found out.
  private long[] times = {};
  private int nextTime;
  private int endTime;
  private long originNs;
  private boolean unanchored = true;

  /** Nanoseconds for one of the source's. */
  private double stretch = 1;

  private Pacer(Unit unit, long unitsPerSecond, long burstNs, long aheadNs) {
    this.unit = unit;
    this.unitsPerSecond = unitsPerSecond;
    this.burstNs = burstNs;
    this.aheadNs = aheadNs;
  }

  /**
   * A pacer that sends when the source says ({@link #follow}).
   *
   * @param speed 2: in half of the time; above 0
   */
  public static Pacer ofSource(double speed, long burstNs) {
    Pacer pacer = new Pacer(Unit.SOURCE, 0, burstNs, 0);
    pacer.stretch = 1 / speed;
    return pacer;
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
      case UNLIMITED, SOURCE -> 0;
      case BITS -> Math.max(1, Math.round(rate));
      case DATAGRAMS -> Math.max(1, Math.round(rate * UNITS_PER_DATAGRAM));
    };
  }

  /**
   * Other such times.
   *
   * @param newAheadNs as for {@link #of}
   * @param newLeadNs how long before the time of the first datagram that has not been taken the
   *     next look is, 0 to {@code newAheadNs}: more than the sender oversleeps, where none may be
   *     late
   */
  public void ahead(long newAheadNs, long newLeadNs) {
    assert newLeadNs <= newAheadNs : "looked at before anything is due";
    aheadNs = newAheadNs;
    leadNs = newLeadNs;
  }

  /** The next datagram is due now. */
  public void reset(long nowNs) {
    dueNs = nowNs;
    remainder = 0;
    unanchored = true;
    anchor();
  }

  /**
   * The same after a change of the rate; but what was taken ahead of its time stays in front: the
   * next one is due behind it.
   */
  public void restart(long nowNs) {
    reset(nowNs + Math.clamp(dueNs - nowNs, 0, aheadNs));
  }

  /**
   * The times of the next datagrams, from the source; those of before are forgotten. The first one
   * after {@link #reset} is due when that said, and the others as much later as the source has it.
   * Of no use with another unit.
   *
   * @param sourceTimes nanoseconds since a point of the source's own, ascending; not copied, and
   *     not to be changed until the next call
   * @param from of the next datagram
   * @param count at least 0
   */
  public void follow(long[] sourceTimes, int from, int count) {
    times = sourceTimes;
    nextTime = from;
    endTime = from + count;
    if (unanchored) {
      anchor();
    } else {
      toNextTime();
    }
  }

  private void anchor() {
    if (nextTime < endTime) {
      originNs = dueNs - stretched(times[nextTime]);
      unanchored = false;
    }
  }

  /** While the next datagram's time isn't known, the due time is that of the last: to be looked. */
  private void toNextTime() {
    if (nextTime < endTime) {
      dueNs = originNs + stretched(times[nextTime]);
    }
  }

  /** Exact up to 104 days (2^53 ns), and to some nanoseconds for years. */
  private long stretched(long sourceNs) {
    return (long) (sourceNs * stretch);
  }

  /** How far one datagram of this size moves the schedule, in nanoseconds; 0 without a rate. */
  long intervalNs(int payloadBytes) {
    return unitsPerSecond == 0 ? 0 : cost(payloadBytes) / unitsPerSecond;
  }

  /** From the next datagram on, another rate; the one after the next is scheduled by it. */
  public void rate(Unit newUnit, double rate) {
    unit = newUnit;
    unitsPerSecond = unitsPerSecond(newUnit, rate);
    stretch = newUnit == Unit.SOURCE ? 1 / rate : 1;
    remainder = 0;
    endTime = nextTime; // what was sent by another schedule is not known here
    unanchored = true;
  }

  /** How much of a backlog is sent at once after a stall, as time; not negative. */
  public void burst(long newBurstNs) {
    burstNs = newBurstNs;
  }

  public Unit unit() {
    return unit;
  }

  /** The rate in payload bits or datagrams per second; the speed of a source; 0: unlimited. */
  public double rate() {
    if (unit == Unit.SOURCE) {
      return 1 / stretch;
    }
    return unit == Unit.DATAGRAMS ? (double) unitsPerSecond / UNITS_PER_DATAGRAM : unitsPerSecond;
  }

  public boolean isDue(long nowNs) {
    return unit == Unit.UNLIMITED || nowNs + aheadNs - dueNs >= 0;
  }

  /** When the next datagram is due, on the clock of {@code nowNs}; now, if there is no limit. */
  public long dueNs(long nowNs) {
    return unit == Unit.UNLIMITED ? nowNs : dueNs;
  }

  /** When to look at the schedule again, when nothing is due. */
  public long lookNs(long nowNs) {
    return unit == Unit.UNLIMITED ? nowNs : dueNs - leadNs;
  }

  /**
   * How many datagrams of this size are due, 1 being enough: for sources that fill several at once.
   *
   * @param most at least 1; the answer is 1 to {@code most}
   */
  public int dueDatagrams(long nowNs, int payloadBytes, int most) {
    if (unitsPerSecond == 0) { // whoever takes them asks before each whether it is due
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
    if (unit == Unit.SOURCE) { // each has its own time
      return 1;
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
    if (unit == Unit.SOURCE) {
      return takeTimed(nowNs);
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

  private long takeTimed(long nowNs) {
    long lateNs = nowNs - dueNs;
    assert lateNs >= 0 : "taken " + -lateNs + " ns early";
    assert nextTime < endTime : "taken without a time";
    if (lateNs > burstNs) {
      originNs += lateNs - burstNs;
    }
    nextTime++;
    toNextTime();
    return lateNs;
  }

  /** At most 65,507 * 8 * 10^9, about 5 * 10^14: far from overflowing. */
  private long cost(int payloadBytes) {
    return units(payloadBytes) * NS_PER_SECOND;
  }

  private long units(int payloadBytes) {
    return unit == Unit.BITS ? (long) payloadBytes * BITS_PER_BYTE : UNITS_PER_DATAGRAM;
  }
}
