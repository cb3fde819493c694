package io.millrace.sim;

import io.millrace.sender.SenderProxy;
import io.millrace.stream.Pacer;
import io.millrace.stream.Stream;
import java.util.List;

/** Whoever pauses, resumes and changes rates. */
final class Controls {
  private final Dice dice;
  private final List<SimStream> streams;
  private final Faults faults;
  private final double chance;
  private long given;

  Controls(Dice dice, Faults faults, List<SimStream> streams) {
    this.dice = dice;
    this.faults = faults;
    this.streams = streams;
    chance = dice.chance(0.3) ? 0 : dice.logUniform(0.005, 0.2);
  }

  /** Commands given so far. */
  long given() {
    return given;
  }

  /** Now and then a command, but not in quiet times; whether there was one. */
  boolean step(SenderProxy proxy) {
    if (faults.calm || !dice.chance(chance)) {
      return false;
    }
    Stream stream = streams.get(dice.between(0, streams.size() - 1)).stream();
    int index = stream.index();
    Pacer.Unit unit = Pacer.Unit.values()[dice.between(0, 2)];
    boolean accepted =
        switch (dice.between(0, 4)) {
          case 0 -> proxy.pause(index);
          case 1, 2 -> proxy.resume(index);
          default ->
              proxy.rate(index, unit, Scenario.rate(dice, unit, stream.source().datagramBytes()));
        };
    Violation.unless(accepted, "the command queue is full");
    given++;
    return true;
  }

  /** Everything runs, as fast as it can. */
  void release(SenderProxy proxy) {
    for (SimStream stream : streams) {
      proxy.resume(stream.stream().index());
      proxy.rate(stream.stream().index(), Pacer.Unit.UNLIMITED, 0);
    }
  }
}
