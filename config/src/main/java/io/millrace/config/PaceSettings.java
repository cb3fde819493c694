package io.millrace.config;

import java.time.Duration;

/**
 * A stream's {@code pace}: how fast its datagrams are due. A rate counts the stream once, not once
 * per target. {@code burst} (0 ms..10 s) is how far a stream that fell behind may catch up at once;
 * 0 = not at all.
 */
public sealed interface PaceSettings {
  /** Who spaces the datagrams; without a rate, nobody. */
  default KernelPacing kernel() {
    return KernelPacing.NONE;
  }

  /** As fast as the ring takes them. */
  record Unlimited() implements PaceSettings {}

  /**
   * A rate of UDP payload bits.
   *
   * @param bitsPerSecond 1..1000000000000
   */
  record BitRate(long bitsPerSecond, Duration burst, KernelPacing kernel) implements PaceSettings {
    public BitRate(long bitsPerSecond, Duration burst) {
      this(bitsPerSecond, burst, KernelPacing.NONE);
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
  }
}
