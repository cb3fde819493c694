package io.millrace.counters;

/** What one ring has done. Written by its sender thread, read by any. */
public final class RingCounters {
  /** The kernel operation that a request used. */
  public enum Op {
    SEND_ZC("send_zc"),
    SEND("send"),
    /** Of a ring, for datagrams that bring their departure times. */
    SENDMSG("sendmsg"),
    SENDMMSG("sendmmsg");

    private final String label;

    Op(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }
  }

  /** How the kernel reported a request's end. */
  public enum Mode {
    /** One CQE that stood for result and notification. */
    COMBINED("combined"),
    /** A result CQE and a notification CQE, merged by us. */
    PAIRED("paired"),
    /** One CQE and no notification: a plain send, or a request refused before it had one. */
    SINGLE("single");

    private final String label;

    Mode(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }
  }

  private static final int REQUESTS = 0;
  private static final int COMPLETIONS = REQUESTS + Op.values().length;
  private static final int CQES = COMPLETIONS + Mode.values().length;
  private static final int ENTERS = CQES + 1;
  private static final int CQ_OVERFLOWS = ENTERS + 1;
  private static final int COPIED = CQ_OVERFLOWS + 1;
  private static final int USER_NS = COPIED + 1;
  private static final int SYSTEM_NS = USER_NS + 1;
  private static final int CYCLES = SYSTEM_NS + 1;
  private static final int BATCHES = CYCLES + 1;
  private static final int SIZE = BATCHES + 1;

  private final CounterBlock block = new CounterBlock(SIZE);

  public void requested(Op op, int requests) {
    block.add(REQUESTS + op.ordinal(), requests);
  }

  public void completed(Mode mode) {
    block.increment(COMPLETIONS + mode.ordinal());
  }

  public void reaped(int cqes) {
    block.add(CQES, cqes);
  }

  /** So many calls of io_uring_enter, or of sendmmsg. */
  public void entered(int calls) {
    block.add(ENTERS, calls);
  }

  /** Requests were written that leave for the kernel together: those of one duty cycle. */
  public void batched() {
    block.increment(BATCHES);
  }

  /** How often requests were handed over; so many times fewer than requests is a batch long. */
  public long batches() {
    return block.get(BATCHES);
  }

  /** The sender thread goes round once more. */
  public void cycled() {
    block.increment(CYCLES);
  }

  /** How often the sender thread has gone round; an idle one does some ten times a second. */
  public long cycles() {
    return block.get(CYCLES);
  }

  /** The kernel's own count of CQEs that found the CQ full. */
  public void cqOverflows(long total) {
    block.set(CQ_OVERFLOWS, total);
  }

  public void copied() {
    block.increment(COPIED);
  }

  /** CPU time of the sender thread since its start, in nanoseconds. */
  public void cpuTime(long userNs, long systemNs) {
    block.set(USER_NS, userNs);
    block.set(SYSTEM_NS, systemNs);
  }

  public long requests(Op op) {
    return block.get(REQUESTS + op.ordinal());
  }

  public long completions(Mode mode) {
    return block.get(COMPLETIONS + mode.ordinal());
  }

  public long requests() {
    long sum = 0;
    for (int op = COMPLETIONS - 1; op >= REQUESTS; op--) {
      sum += block.get(op);
    }
    return sum;
  }

  public long completions() {
    long sum = 0;
    for (int mode = CQES - 1; mode >= COMPLETIONS; mode--) {
      sum += block.get(mode);
    }
    return sum;
  }

  /**
   * Requests in the kernel now. Completions are read first: a request is counted before its
   * completion can be, so the difference is negative only where the processor swaps the two reads
   * or writes (aarch64 may), and then it is about 0.
   */
  public long inFlight() {
    long completions = completions();
    return Math.max(0, requests() - completions);
  }

  public long cqes() {
    return block.get(CQES);
  }

  public long enters() {
    return block.get(ENTERS);
  }

  public long cqOverflows() {
    return block.get(CQ_OVERFLOWS);
  }

  public long copiedSamples() {
    return block.get(COPIED);
  }

  public long userNs() {
    return block.get(USER_NS);
  }

  public long systemNs() {
    return block.get(SYSTEM_NS);
  }
}
