package io.millrace.stream;

import io.millrace.counters.StreamCounters;

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

  /** Its targets are being exchanged, or it is being removed. */
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
    this.index = index;
    this.name = name;
    this.source = source;
    this.pacer = pacer;
    this.targets = targets;
    this.counters = counters;
    this.datagramBytes = source.datagramBytes();
    this.strideBytes = source.strideBytes();
    targetsChanged();
  }

  /** Gives it other targets; between two runs. */
  public void retarget(Target[] others) {
    assert runEnd == runOffset : "a run is on its way to the targets";
    targets = others;
    targetsChanged();
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
