package io.millrace.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.SlotReferences;
import io.millrace.sender.CommandQueue;
import io.millrace.stream.QueuedSource;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Filled slots on their way from a reader thread to the sender, and back as free ones: pool,
 * command queue and queued source together, as FileReaderThread and SenderThread use them.
 */
public final class HandOverStress {
  private static final int DATAGRAM_BYTES = 100;

  private HandOverStress() {}

  /** Both ends of a stream, over memory of one int for each slot. */
  private static final class HandOver {
    private final BufferPool pool;
    private final QueuedSource source;
    private final SlotReferences references;
    private final CommandQueue queue = new CommandQueue(4);
    private final int[] memory;

    HandOver(int slots, int readAhead) {
      pool = new BufferPool(slots);
      references = new SlotReferences(pool);
      source = new QueuedSource(references, DATAGRAM_BYTES, readAhead);
      memory = new int[slots];
    }

    /** The reader: whether there was a slot to fill. */
    boolean fill(int contents) {
      int slot = pool.claim();
      if (slot == BufferPool.NONE) {
        return false;
      }
      memory[slot] = contents;
      return queue.offer(slot, contents);
    }

    /** The sender takes what has arrived; the contents of the next slot, or -1. */
    int takeAndSend() {
      queue.drain((slot, bytes) -> source.accept((int) slot, (int) bytes));
      int slot = source.next(1, 0);
      if (slot < 0) {
        return -1;
      }
      int contents = memory[slot];
      int seen = contents == source.payloadBytes() ? contents : 0;
      references.release(slot);
      return seen;
    }
  }

  @JCStressTest
  @Outcome(
      id = {"-1, 7", "7, -1"},
      expect = ACCEPTABLE,
      desc = "It came, with what the reader wrote, and once.")
  @Outcome(expect = FORBIDDEN, desc = "Lost, twice, or without its contents.")
  @State
  public static class ASlotArrivesWithItsContents {
    private final HandOver handOver = new HandOver(1, 1);

    @Actor
    public void reader() {
      handOver.fill(7);
    }

    @Actor
    public void sender(II_Result result) {
      result.r1 = handOver.takeAndSend();
    }

    @Arbiter
    public void after(II_Result result) {
      result.r2 = handOver.takeAndSend();
    }
  }

  /**
   * r1 and r2: what the sender saw of the first and at the end; r3: free slots. The second slot is
   * the first one again, if it was free in time.
   */
  @JCStressTest
  @Outcome(
      id = {"-1, 7, 1", "7, -1, 1", "7, 9, 1"},
      expect = ACCEPTABLE,
      desc = "One slot, or the same slot twice in turn.")
  @Outcome(expect = FORBIDDEN, desc = "Overwritten before it was sent, or the slot got lost.")
  @State
  public static class ASlotThatIsFilledAgainWasFree {
    private final HandOver handOver = new HandOver(1, 2);

    @Actor
    public void reader() {
      handOver.fill(7);
      handOver.fill(9);
    }

    @Actor
    public void sender(III_Result result) {
      result.r1 = handOver.takeAndSend();
    }

    @Arbiter
    public void after(III_Result result) {
      result.r2 = handOver.takeAndSend();
      result.r3 = handOver.pool.free();
    }
  }

  /**
   * The reader keeps to its read-ahead by {@link QueuedSource#taken()}; were that ahead of the
   * sender, more would wait in the source than it holds. r1: slots handed over meanwhile, r2: those
   * that came out in order, r3: those taken.
   */
  @JCStressTest
  @Outcome(
      id = {"1, 1, 1", "2, 2, 2"},
      expect = ACCEPTABLE,
      desc = "The second only after the first was taken.")
  @Outcome(expect = FORBIDDEN, desc = "More than agreed, out of order, or lost.")
  @State
  public static class TheReaderKeepsToItsReadAhead {
    private final HandOver handOver = new HandOver(3, 1);
    private int seen;
    private boolean inOrder = true;

    private void take() {
      int contents = handOver.takeAndSend();
      if (contents >= 0) {
        seen++;
        inOrder &= contents == seen;
      }
    }

    @Actor
    public void reader(III_Result result) {
      int handedOver = 0;
      for (int attempt = 0; attempt < 2; attempt++) {
        if (handedOver - handOver.source.taken() < 1 && handOver.fill(handedOver + 1)) {
          handedOver++;
        }
      }
      result.r1 = handedOver;
    }

    @Actor
    public void sender() {
      take();
    }

    @Arbiter
    public void after(III_Result result) {
      take();
      take();
      result.r2 = inOrder ? seen : -1;
      result.r3 = (int) handOver.source.taken();
    }
  }
}
