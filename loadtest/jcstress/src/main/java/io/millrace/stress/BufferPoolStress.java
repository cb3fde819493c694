package io.millrace.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.buffer.BufferPool;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** The lock-free pool. */
public final class BufferPoolStress {
  private BufferPoolStress() {}

  @JCStressTest
  @Outcome(
      id = {"0, -1", "-1, 0"},
      expect = ACCEPTABLE,
      desc = "One of them has it.")
  @Outcome(expect = FORBIDDEN, desc = "Both have the slot, or nobody has.")
  @State
  public static class TwoClaimersOfTheLastSlot {
    private final BufferPool pool = new BufferPool(1);

    @Actor
    public void first(II_Result result) {
      result.r1 = pool.claim();
    }

    @Actor
    public void second(II_Result result) {
      result.r2 = pool.claim();
    }
  }

  /**
   * The ABA shape: one thread reads the top and the slot below it; the other takes both and gives
   * the top back. Without the tag the first would make the slot below the new top, although it is
   * taken.
   */
  @JCStressTest
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "Every slot has one holder.")
  @Outcome(id = "1", expect = FORBIDDEN, desc = "A slot got lost.")
  @Outcome(
      id = {"2", "3"},
      expect = FORBIDDEN,
      desc = "A slot has two holders.")
  @State
  public static class ClaimAgainstClaimClaimRelease {
    private final BufferPool pool = new BufferPool(3);
    private int first;
    private int second;

    @Actor
    public void claimer() {
      first = pool.claim();
    }

    @Actor
    public void claimerOfTwo() {
      int top = pool.claim();
      second = pool.claim();
      pool.release(top);
    }

    @Arbiter
    public void after(I_Result result) {
      int last = pool.claim();
      boolean lost = last == BufferPool.NONE;
      boolean twice =
          first == second || first == last || second == last || pool.claim() != BufferPool.NONE;
      result.r1 = (lost ? 1 : 0) | (twice ? 2 : 0);
    }
  }

  @JCStressTest
  @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "Both are back, each once.")
  @Outcome(expect = FORBIDDEN, desc = "A release got lost, or a slot is there twice.")
  @State
  public static class TwoReleasers {
    private final BufferPool pool = new BufferPool(2);
    private final int left = pool.claim();
    private final int right = pool.claim();

    @Actor
    public void first() {
      pool.release(left);
    }

    @Actor
    public void second() {
      pool.release(right);
    }

    @Arbiter
    public void after(II_Result result) {
      int one = pool.claim();
      int other = pool.claim();
      result.r1 = one + other == 1 && pool.free() == 0 ? 2 : 0;
      result.r2 = pool.claim() == BufferPool.NONE ? 0 : 1;
    }
  }

  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Whoever had it gave it back.")
  @Outcome(expect = FORBIDDEN, desc = "The slot got lost, or is there twice.")
  @State
  public static class ClaimReleaseAgainstClaimRelease {
    private final BufferPool pool = new BufferPool(1);

    private void claimAndRelease() {
      int slot = pool.claim();
      if (slot != BufferPool.NONE) {
        pool.release(slot);
      }
    }

    @Actor
    public void first() {
      claimAndRelease();
    }

    @Actor
    public void second() {
      claimAndRelease();
    }

    @Arbiter
    public void after(II_Result result) {
      result.r1 = pool.claim();
      result.r2 = pool.claim() == BufferPool.NONE ? 0 : 1;
    }
  }

  @JCStressTest
  @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not released yet.")
  @Outcome(id = "42", expect = ACCEPTABLE, desc = "Released, with what its holder wrote.")
  @Outcome(id = "0", expect = FORBIDDEN, desc = "Claimed without what its holder wrote.")
  @State
  public static class ReleasePublishesTheSlotsContents {
    private final BufferPool pool = new BufferPool(1);
    private final int slot = pool.claim();
    private int contents;

    @Actor
    public void releaser() {
      contents = 42;
      pool.release(slot);
    }

    @Actor
    public void claimer(I_Result result) {
      result.r1 = pool.claim() == BufferPool.NONE ? -1 : contents;
    }
  }
}
