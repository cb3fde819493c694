package io.millrace.buffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The state of each slot, kept for assertions only: every method returns true, or throws an
 * AssertionError that names the slot and what it was, so that {@code assert ledger.claimed(slot)}
 * costs nothing where assertions are off.
 *
 * <pre>
 *   FREE --claimed--> HELD --inKernel--> IN_KERNEL (n requests) --outOfKernel--> HELD --released--> FREE
 * </pre>
 *
 * <p>Claims and releases come from any thread, the kernel states from the slot's sender thread. A
 * slot may be held and in the kernel at once (a fan-out that is not done yet); the state counts the
 * requests that refer to it.
 */
public final class SlotLedger {
  private static final VarHandle STATE = MethodHandles.arrayElementVarHandle(int[].class);
  private static final int FREE = -1;

  /** FREE, or the number of requests in the kernel that refer to the slot. */
  private final int[] states;

  SlotLedger(int slots) {
    states = new int[slots];
    java.util.Arrays.fill(states, FREE);
  }

  boolean claimed(int slot) {
    return change(slot, FREE, 0, "claimed");
  }

  boolean released(int slot) {
    return change(slot, 0, FREE, "released");
  }

  /** One more request with this slot was handed to the kernel; the sender thread. */
  public boolean inKernel(int slot) {
    int requests = (int) STATE.getAcquire(states, slot);
    return change(slot, Math.max(requests, 0), requests + 1, "handed to the kernel");
  }

  /** The merged completion of one request with this slot arrived; the sender thread. */
  public boolean outOfKernel(int slot) {
    int requests = (int) STATE.getAcquire(states, slot);
    return change(slot, Math.max(requests, 1), requests - 1, "handed back by the kernel");
  }

  private boolean change(int slot, int from, int to, String what) {
    int was = (int) STATE.compareAndExchange(states, slot, from, to);
    if (was != from) {
      String state =
          was == FREE ? "free" : was == 0 ? "held" : "in " + was + " requests in the kernel";
      throw new AssertionError("slot " + slot + " " + what + " although it was " + state);
    }
    return true;
  }
}
