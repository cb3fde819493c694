package io.millrace.sim;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotLedger;
import io.millrace.buffer.SlotReferences;
import io.millrace.sender.SteppedSender;
import io.millrace.stream.Stream;
import io.millrace.stream.UdpSource;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;

/**
 * Every slot is in exactly one state: free, being filled, or referred to as often as its holders
 * say. Slots that have become free are overwritten, so that whoever still reads them is found.
 */
final class SlotInspector {
  private static final VarHandle HEAD = Peek.longField(BufferPool.class, "head");
  private static final VarHandle ACCEPTED = Peek.intField(UdpSource.class, "accepted");
  private static final VarHandle TAKEN = Peek.intField(UdpSource.class, "taken");
  private static final VarHandle CURRENT = Peek.intField(UdpSource.class, "current");
  private static final VarHandle NEXT = Peek.intField(UdpSource.class, "next");
  private static final VarHandle END = Peek.intField(UdpSource.class, "end");
  private static final byte POISON = (byte) 0xDB;

  private final Slab slab;
  private final BufferPool pool;
  private final SteppedSender sender;
  private final List<SimStream> streams;
  private final boolean poisons;
  private final int[] counts;
  private final int[] next;
  private final int[] ledger;

  private final boolean[] free;
  private final boolean[] wasFree;
  private final boolean[] filling;
  private final int[] expected;
  private final int[] inKernel;

  SlotInspector(
      Slab slab,
      BufferPool pool,
      SlotReferences references,
      SteppedSender sender,
      List<SimStream> streams,
      boolean poisons) {
    this.slab = slab;
    this.pool = pool;
    this.sender = sender;
    this.streams = streams;
    this.poisons = poisons;
    counts = Peek.ints(references, "counts");
    next = Peek.ints(pool, "next");
    ledger = Peek.ints(Peek.find(pool, SlotLedger.class), "states");
    int slots = slab.slots();
    free = new boolean[slots];
    wasFree = new boolean[slots];
    filling = new boolean[slots];
    expected = new int[slots];
    inKernel = new int[slots];
  }

  void check() {
    findFree();
    findHolders();
    int acquired = 0;
    for (int slot = 0; slot < free.length; slot++) {
      int states = (free[slot] ? 1 : 0) + (filling[slot] ? 1 : 0) + (expected[slot] > 0 ? 1 : 0);
      if (states != 1) {
        throw new Violation(
            "slot %d is in %d states: free %b, being filled %b, holders %d"
                .formatted(slot, states, free[slot], filling[slot], expected[slot]));
      }
      if (counts[slot] != expected[slot]) {
        throw new Violation(
            "slot %d has %d references and %d holders"
                .formatted(slot, counts[slot], expected[slot]));
      }
      int state = free[slot] ? -1 : inKernel[slot];
      if (ledger[slot] != state) {
        throw new Violation(
            "the ledger has slot %d as %d, and it is %d".formatted(slot, ledger[slot], state));
      }
      acquired += free[slot] ? 0 : 1;
      if (poisons && free[slot] && !wasFree[slot]) {
        slab.filler(slot, 0);
        slab.memory().asSlice(slab.offset(slot), slab.slotBytes()).fill(POISON);
      }
      wasFree[slot] = free[slot];
    }
    Violation.unlessEqual(
        pool.free() + acquired, pool.slots(), "free and acquired slots of ring", 0);
  }

  /** Slots that the kernel may write to, that wait, and the one that datagrams are left in. */
  private void findReceived(UdpSource source) {
    for (int slot = 0; slot < filling.length; slot++) {
      filling[slot] |= source.buffers().has(slot);
    }
    int[] queue = Peek.ints(source, "slots");
    int accepted = (int) ACCEPTED.get(source);
    for (int at = (int) TAKEN.get(source); at != accepted; at++) {
      expected[queue[at & (queue.length - 1)]]++;
    }
    if ((int) NEXT.get(source) != (int) END.get(source)) {
      expected[(int) CURRENT.get(source)]++;
    }
  }

  private void findFree() {
    Arrays.fill(free, false);
    for (int slot = (int) (long) HEAD.get(pool); slot != BufferPool.NONE; slot = next[slot]) {
      if (free[slot]) {
        throw new Violation("slot " + slot + " is free twice");
      }
      free[slot] = true;
    }
  }

  private void findHolders() {
    Arrays.fill(filling, false);
    Arrays.fill(expected, 0);
    Arrays.fill(inKernel, 0);
    for (SimStream simulated : streams) {
      for (int slot : simulated.held()) {
        expected[slot]++;
      }
      if (simulated.stream().slot != Stream.NO_SLOT) {
        expected[simulated.stream().slot]++;
      }
      if (simulated.stream().source() instanceof UdpSource source) {
        findReceived(source);
      }
      Feeder feeder = simulated.feeder();
      if (feeder != null) {
        feeder.markFilling(filling);
        feeder.countQueued(expected);
      }
    }
    sender.backlog((slot, target, bytes) -> expected[slot]++);
    for (int request : sender.requests()) {
      expected[sender.slot(request)]++;
      inKernel[sender.slot(request)]++;
    }
  }
}
