package io.millrace.config;

import java.time.Duration;

/**
 * A stream's {@code pace}: how fast its datagrams are due. A rate counts the stream once, not once
 * per target.
 *
 * <p>A start asks by {@link #unit}, not by patterns of records: a {@code switch} over those makes a
 * class at run time, which no AOT cache of JDK 25 keeps.
 */
public sealed interface PaceSettings {
  /** What {@link #rate} counts. */
  enum Unit {
    /** Nothing: the rate is 0. */
    UNLIMITED,
    /** The speed of the source's own timing. */
    SOURCE,
    BITS_PER_SECOND,
    DATAGRAMS_PER_SECOND
  }

  /** What the rate counts. */
  Unit unit();

  /** In the unit. */
  double rate();

  /**
   * How far a stream that fell behind may catch up at once, 0 ms..10 s; 0 = not at all. Without a
   * rate, what one that is given later has unless it says otherwise.
   */
  Duration burst();

  /** Who spaces the datagrams; without a rate, nobody. */
  default KernelPacing kernel() {
    return KernelPacing.NONE;
  }

  /** The same pace, spaced by somebody else; without a rate, nobody spaces. */
  default PaceSettings by(KernelPacing other) {
    return switch (this) {
      case Unlimited(), SourceTiming _ -> this;
      case BitRate(long bitsPerSecond, Duration burst, _) ->
          new BitRate(bitsPerSecond, burst, other);
      case DatagramRate(double datagramsPerSecond, Duration burst, _) ->
          new DatagramRate(datagramsPerSecond, burst, other);
    };
  }

  /** As fast as the ring takes them. */
  record Unlimited() implements PaceSettings {
    @Override
    public Unit unit() {
      return Unit.UNLIMITED;
    }

    @Override
    public double rate() {
      return 0;
    }

    @Override
    public Duration burst() {
      return Rates.DEFAULT_BURST;
    }
  }

  /**
   * When the source says: a transport stream by its clock.
   *
   * @param speed 2 = in half of the time; 0.001..1000
   */
  record SourceTiming(double speed, Duration burst) implements PaceSettings {
    @Override
    public Unit unit() {
      return Unit.SOURCE;
    }

    @Override
    public double rate() {
      return speed;
    }
  }

  /**
   * A rate of UDP payload bits.
   *
   * @param bitsPerSecond 1..1000000000000
   */
  record BitRate(long bitsPerSecond, Duration burst, KernelPacing kernel) implements PaceSettings {
    public BitRate(long bitsPerSecond, Duration burst) {
      this(bitsPerSecond, burst, KernelPacing.NONE);
    }

    @Override
    public Unit unit() {
      return Unit.BITS_PER_SECOND;
    }

    @Override
    public double rate() {
      return bitsPerSecond;
    }
  }

  /**
   * A rate of datagrams, whatever their size.
   *
   * @param datagramsPerSecond above 0, at most 1e9
   */
  record DatagramRate(double datagramsPerSecond, Duration burst, KernelPacing kernel)
      implements PaceSettings {
    public DatagramRate(double datagramsPerSecond, Duration burst) {
      this(datagramsPerSecond, burst, KernelPacing.NONE);
    }

    @Override
    public Unit unit() {
      return Unit.DATAGRAMS_PER_SECOND;
    }

    @Override
    public double rate() {
      return datagramsPerSecond;
    }
  }
}
