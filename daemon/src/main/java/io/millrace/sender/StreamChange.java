package io.millrace.sender;

import io.millrace.stream.Pacer;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;

/**
 * A change of what a ring sends, made by a control thread with everything that it needs, carried
 * out by the ring's SenderThread. The control thread keeps to one change of a stream at a time, and
 * may touch what the change is about again once it {@link #isDone}.
 */
public final class StreamChange {
  /** What is done. */
  enum Kind {
    ADD_TARGETS,
    START,
    RETARGET,
    PACE,
    HALT,
    REMOVE,
    DROP_TARGETS
  }

  private static final Target[] NO_TARGETS = {};

  final Kind kind;
  final Stream stream;

  /** ADD_TARGETS, DROP_TARGETS: these. RETARGET: all that the stream has from then on. */
  final Target[] targets;

  /** RETARGET: those that the stream gets, and those that it loses. */
  final Target[] joining;

  final Target[] leaving;

  /** How long it waits for what has been begun, and may be stuck. */
  final long drainNs;

  /** PACE. */
  final Pacer.Unit unit;

  final double rate;
  final long burstNs;
  final long aheadNs;
  final long leadNs;

  // The sender thread's.

  /** The cell of {@link ChangeCells} that it came through. */
  int cell;

  /** Targets that are done with. */
  int progress;

  /** When it began. */
  long begunNs;

  private volatile boolean done;
  private int error;

  private StreamChange(
      Kind kind,
      Stream stream,
      Target[] targets,
      Target[] joining,
      Target[] leaving,
      long drainNs,
      Pacer.Unit unit,
      double rate,
      long burstNs,
      long aheadNs,
      long leadNs) {
    this.kind = kind;
    this.stream = stream;
    this.targets = targets;
    this.joining = joining;
    this.leaving = leaving;
    this.drainNs = drainNs;
    this.unit = unit;
    this.rate = rate;
    this.burstNs = burstNs;
    this.aheadNs = aheadNs;
    this.leadNs = leadNs;
  }

  private static StreamChange of(Kind kind, Stream stream, Target[] targets, long drainNs) {
    return new StreamChange(
        kind,
        stream,
        targets.clone(),
        NO_TARGETS,
        NO_TARGETS,
        drainNs,
        Pacer.Unit.UNLIMITED,
        0,
        0,
        0,
        0);
  }

  /** Makes targets known to the ring, with their sockets; nothing is sent to them yet. */
  public static StreamChange addTargets(Stream stream, Target[] targets) {
    return of(Kind.ADD_TARGETS, stream, targets, 0);
  }

  /** Begins to send a stream whose targets the ring knows. */
  public static StreamChange start(Stream stream) {
    return of(Kind.START, stream, NO_TARGETS, 0);
  }

  /**
   * Gives a stream other targets between two runs of datagrams: none is skipped or sent twice for a
   * target that stays.
   *
   * @param targets all of them from then on, which the ring knows
   * @param joining those of them that are new
   * @param leaving those that are not among them any more
   * @param drainNs how long to wait for a run that is stuck; the rest of it is dropped then
   */
  public static StreamChange retarget(
      Stream stream, Target[] targets, Target[] joining, Target[] leaving, long drainNs) {
    return new StreamChange(
        Kind.RETARGET,
        stream,
        targets.clone(),
        joining.clone(),
        leaving.clone(),
        drainNs,
        Pacer.Unit.UNLIMITED,
        0,
        0,
        0,
        0);
  }

  /** Changes a stream's pace; {@code rate} and {@code burstNs} as in {@link Pacer#of}. */
  public static StreamChange pace(Stream stream, Pacer.Unit unit, double rate, long burstNs) {
    return pace(stream, unit, rate, burstNs, 0, 0);
  }

  /** The same, with how far ahead its datagrams are handed over, as in {@link Pacer#ahead}. */
  public static StreamChange pace(
      Stream stream, Pacer.Unit unit, double rate, long burstNs, long aheadNs, long leadNs) {
    return new StreamChange(
        Kind.PACE,
        stream,
        NO_TARGETS,
        NO_TARGETS,
        NO_TARGETS,
        0,
        unit,
        rate,
        burstNs,
        aheadNs,
        leadNs);
  }

  /** Makes a stream take nothing more from its source, for good. */
  public static StreamChange halt(Stream stream) {
    return of(Kind.HALT, stream, NO_TARGETS, 0);
  }

  /**
   * Takes a stream that was halted off its ring. Done when no request of it is in the kernel.
   *
   * @param drainNs how long to wait for datagrams that have been begun and wait for their target;
   *     they are dropped then
   */
  public static StreamChange remove(Stream stream, long drainNs) {
    return of(Kind.REMOVE, stream, NO_TARGETS, drainNs);
  }

  /**
   * Makes a ring forget targets that no stream has any more. Done when no request to them is in the
   * kernel: their sockets may be closed then.
   *
   * @param drainNs how long to wait for datagrams that wait for one of them; they are dropped then
   */
  public static StreamChange dropTargets(Stream stream, Target[] targets, long drainNs) {
    return of(Kind.DROP_TARGETS, stream, targets, drainNs);
  }

  /** Whether it has been carried out, or has failed. */
  public boolean isDone() {
    return done;
  }

  /** The errno, positive, of a change that has failed; 0: it has not. Once it is done. */
  public int error() {
    return error;
  }

  /** It is done with; the sender thread. Publishes all that this thread did to the stream. */
  void finish(int errno) {
    error = errno;
    done = true;
  }
}
