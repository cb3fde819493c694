package io.millrace.sim;

/** How often each fault strikes in a run; about half of them never do. */
final class Faults {
  private final Dice dice;
  private final Tally tally;
  private final double[] chances = new double[Fault.values().length];

  /** Nothing strikes any more. */
  boolean calm;

  Faults(Dice dice, Tally tally) {
    this.dice = dice;
    this.tally = tally;
    for (int fault = 0; fault < chances.length; fault++) {
      chances[fault] = dice.chance(0.5) ? 0 : dice.logUniform(0.002, 0.5);
    }
  }

  boolean strikes(Fault fault) {
    if (calm || !dice.chance(chances[fault.ordinal()])) {
      return false;
    }
    tally.count(fault);
    return true;
  }

  /** One that struck by other rules. */
  void note(Fault fault) {
    tally.count(fault);
  }
}
