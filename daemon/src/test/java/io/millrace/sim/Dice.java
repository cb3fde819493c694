package io.millrace.sim;

import java.util.SplittableRandom;

/** All that is random in a run: the same seed gives the same run. */
final class Dice {
  private final SplittableRandom random;

  Dice(long seed) {
    random = new SplittableRandom(seed);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /** Both ends included. */
  int between(int least, int most) {
    return (int) random.nextLong(least, most + 1L);
  }

  int pick(int... values) {
    return values[random.nextInt(values.length)];
  }

  double pick(double... values) {
    return values[random.nextInt(values.length)];
  }

  /** Each order of magnitude is as likely as any other. */
  double logUniform(double least, double most) {
    return least * Math.pow(most / least, random.nextDouble());
  }

  long anyLong() {
    return random.nextLong();
  }
}
