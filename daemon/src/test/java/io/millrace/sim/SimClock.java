package io.millrace.sim;

/** The time of a run: it passes when the kernel is called, and between steps. */
final class SimClock {
  private long nowNs;

  /** Near the end of 64 bits in some runs, where System.nanoTime() may begin too. */
  SimClock(Dice dice) {
    nowNs =
        switch (dice.between(0, 3)) {
          case 0 -> Long.MAX_VALUE - dice.between(0, 2_000_000_000);
          case 1 -> -dice.between(0, 1_000_000_000);
          case 2 -> dice.anyLong();
          default -> dice.between(0, Integer.MAX_VALUE);
        };
  }

  long nowNs() {
    return nowNs;
  }

  void advance(long ns) {
    assert ns >= 0 : "time runs forwards";
    nowNs += ns;
  }
}
