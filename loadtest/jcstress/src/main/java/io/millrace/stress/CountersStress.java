package io.millrace.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.counters.CounterBlock;
import io.millrace.counters.RingCounters;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.J_Result;

/** Counters: one thread writes, others read. */
public final class CountersStress {
  private CountersStress() {}

  @JCStressTest
  @Outcome(
      id = {"0", "4294967297", "-1"},
      expect = ACCEPTABLE,
      desc = "A value that it had.")
  @Outcome(expect = FORBIDDEN, desc = "Half of one value and half of another.")
  @State
  public static class AValueIsSeenWhole {
    private final CounterBlock block = new CounterBlock(1);

    @Actor
    public void writer() {
      block.set(0, (1L << 32) + 1);
      block.set(0, -1);
    }

    @Actor
    public void reader(J_Result result) {
      result.r1 = block.get(0);
    }
  }

  @JCStressTest
  @Outcome(
      id = {"0, 0", "0, 1", "0, 2", "1, 1", "1, 2", "2, 2"},
      expect = ACCEPTABLE,
      desc = "Rising, or standing.")
  @Outcome(expect = FORBIDDEN, desc = "A counter that fell.")
  @State
  public static class ACounterNeverFalls {
    private final CounterBlock block = new CounterBlock(1);

    @Actor
    public void writer() {
      block.increment(0);
      block.increment(0);
    }

    @Actor
    public void reader(JJ_Result result) {
      result.r1 = block.get(0);
      result.r2 = block.get(0);
    }
  }

  /** r1: what a scrape saw in flight meanwhile; r2: what is in flight at the end. */
  @JCStressTest
  @Outcome(
      id = {"0, 1", "1, 1", "2, 1"},
      expect = ACCEPTABLE,
      desc = "Some moment of it; never below 0.")
  @Outcome(expect = FORBIDDEN, desc = "In flight what never was, or a lost update.")
  @State
  public static class WhatIsInFlightIsNeverNegative {
    private final RingCounters counters = new RingCounters();

    @Actor
    public void sender() {
      counters.requested(RingCounters.Op.SEND_ZC, 2);
      counters.completed(RingCounters.Mode.PAIRED);
    }

    @Actor
    public void scrape(JJ_Result result) {
      result.r1 = counters.inFlight();
    }

    @Arbiter
    public void after(JJ_Result result) {
      result.r2 = counters.inFlight();
    }
  }
}
