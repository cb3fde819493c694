package io.millrace.stream;

import io.millrace.counters.StreamCounters;
import org.jspecify.annotations.Nullable;

/**
 * One stream as its ring sees it: what to send, how fast, to whom, and how far it has come. Owned
 * by one SenderThread; the name and the counters may be read by any.
 *
 * <p>The cursor walks over the datagrams of the current slot and, for each, over the targets. It
 * may stop anywhere and go on in the next pass.
 */
public final class Stream {
  /** For {@link #slot}: the cursor has no slot. */
  public static final int NO_SLOT = -1;

  /** For {@link #heapIndex}: not scheduled. */
  public static final int NOT_SCHEDULED = -1;

  /** Datagrams in a run of a stream whose datagrams bring their times, at most. */
  public static final int LONGEST_TIMED_RUN = 32;

  /** Slow streams don't wait long for their first datagram. */
  private static final long LATEST_BEGIN_NS = 10_000_000;

  /** 2^32 divided by it. */
  private static final long GOLDEN_RATIO = 0x9E37_79B9L;

  private final int index;
  private final String name;
  private final Source source;
  private final Pacer pacer;
  private Target[] targets;
  private final StreamCounters counters;

  /** The source's, kept here: it is asked for at every request, and through an interface. */
  private final int datagramBytes;

  private final int strideBytes;
  private final @Nullable Timetable timetable;

  /** When each datagram of the current run is to leave, by its place in the run; null: at once. */
  private final long @Nullable [] departuresNs;

  /** Datagrams that one request may carry, as far as targets and slots allow. */
  private int longestTrain;

  /** And as far as the pace allows. */
  private int trainLength;

  // The cursor: the slot under it, the offset of its current datagram, where the payload ends (both
  // in bytes from the
  // slot's beginning), and the next target of this datagram.
  public int slot = NO_SLOT;
  public int runOffset;
  public int runEnd;
  public int datagramOffset;
  public int payloadEnd;
  public int nextTarget;

  /** Requests in the kernel. */
  public int inFlight;

  /** The source has said FINISHED or FAILED. */
  public boolean sourceEnded;

  public boolean sourceFailed;

  /** Begins no run, for one of the two reasons below. */
  public boolean paused;

  /** It was told to pause, and not to go on. */
  public boolean pausedByUser;

  /** It has no target, or its targets are being exchanged, or it is being removed. */
  public boolean onHold;

  public boolean started;

  // The scheduler's: when to look at the stream again, and where it is in the heap.
  public long nextNs;
  public int heapIndex = NOT_SCHEDULED;

  /**
   * A stream.
   *
   * @param index its number on the ring
   */
  public Stream(
      int index,
      String name,
      Source source,
      Pacer pacer,
      Target[] targets,
      StreamCounters counters) {
    this(index, name, source, pacer, targets, counters, false);
  }

  /**
   * The same, possibly timed.
   *
   * @param timed its datagrams bring the times at which they are to leave: its pacer has a rate,
   *     its targets have a {@link TxTime} and take no trains
   */
  public Stream(
      int index,
      String name,
      Source source,
      Pacer pacer,
      Target[] targets,
      StreamCounters counters,
      boolean timed) {
    this.index = index;
    this.name = name;
    this.source = source;
    this.pacer = pacer;
    this.targets = targets;
    this.counters = counters;
    this.datagramBytes = source.datagramBytes();
    this.strideBytes = source.strideBytes();
    departuresNs = timed ? new long[LONGEST_TIMED_RUN] : null;
    this.timetable = source.timetable();
    targetsChanged();
    if (isWaiting()) {
      onHold = true;
      paused = true;
      counters.state(StreamCounters.State.WAITING);
    }
  }

  /** Gives it other targets; between two runs. */
  public void retarget(Target[] others) {
    assert runEnd == runOffset : "a run is on its way to the targets";
    targets = others;
    targetsChanged();
  }

  /** Whether it has no target, and takes nothing from its source until it gets one. */
  public boolean isWaiting() {
    return targets.length == 0;
  }

  private void targetsChanged() {
    int longest = 1;
    for (Target target : targets) {
      longest = Math.max(longest, target.longestTrain());
    }
    assert longest == 1 || strideBytes == datagramBytes : "a train's datagrams lie side by side";
    longestTrain = longest;
    paceChanged();
  }

  /** The pacer has got another rate: trains may be longer, or must be shorter. */
  public void paceChanged() {
    trainLength = pacer.trainLength(datagramBytes, longestTrain);
    followSource();
  }

  /** Tells a pacer that goes by the source when the datagrams behind the current run are due. */
  public void followSource() {
    Timetable table = timetable;
    if (pacer.unit() == Pacer.Unit.SOURCE && table != null && slot != NO_SLOT) {
      int next = runEnd / strideBytes;
      pacer.follow(
          table.times(), table.first() + next, Math.max(0, datagramsFrom(next * strideBytes)));
    }
  }

  /**
   * Begins the schedule. Streams of one pace that began together would be due together for ever,
   * and all but the first late; so each begins at another point of its interval, by the golden
   * ratio, whose multiples spread evenly however many there are.
   */
  public void begin(long nowNs) {
    long spreadNs = Math.min(pacer.intervalNs(datagramBytes), LATEST_BEGIN_NS);
    long fraction = (index * GOLDEN_RATIO) & 0xFFFF_FFFFL;
    pacer.reset(nowNs + ((spreadNs * fraction) >>> Integer.SIZE));
  }

  /**
   * The times at which the datagrams of the current run are to leave, by their place in the run, on
   * the pacer's clock; null: when they are handed over. The submitter fills it.
   */
  @SuppressWarnings("EI_EXPOSE_REP")
  public long @Nullable [] departuresNs() {
    return departuresNs;
  }

  /** Datagrams that one request may carry to a target that takes trains. */
  public int trainLength() {
    return trainLength;
  }

  public int index() {
    return index;
  }

  public String name() {
    return name;
  }

  public Source source() {
    return source;
  }

  public Pacer pacer() {
    return pacer;
  }

  /** The targets; not to be changed. */
  @SuppressWarnings("EI_EXPOSE_REP")
  public Target[] targets() {
    return targets;
  }

  public StreamCounters counters() {
    return counters;
  }

  /** Bytes of the datagram at an offset of the current slot. */
  public int datagramBytes(int offset) {
    return Math.min(datagramBytes, payloadEnd - offset);
  }

  /** Bytes of every datagram but possibly the last of a slot. */
  public int datagramBytes() {
    return datagramBytes;
  }

  /** Where the last datagram of the current run ends in its slot. */
  public int runPayloadEnd() {
    return Math.min(runEnd, payloadEnd);
  }

  /** How many datagrams there are from an offset of the current slot to its end. */
  public int datagramsFrom(int offset) {
    return (payloadEnd - offset + strideBytes - 1) / strideBytes;
  }

  /** From one datagram of a slot to the next; behind the last one it leads past the payload. */
  public int strideBytes() {
    return strideBytes;
  }
}
