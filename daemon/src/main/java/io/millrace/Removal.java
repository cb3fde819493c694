package io.millrace;

import io.millrace.sender.StreamChange;
import io.millrace.stream.SourceThread;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stream, or some targets of one, on their way out: step by step, as the ring gets on with it,
 * and nothing is closed that a request in the kernel may use. Owned by one control thread.
 */
final class Removal {
  private enum Step {
    HALT,
    END_READER,
    REMOVE,
    DROP_TARGETS,
    CLOSED
  }

  private final RingEngine ring;
  private final Stream stream;

  /** What goes as a whole, with its source; null: only targets of a stream that stays. */
  private final @Nullable LivePart whole;

  private final List<LiveTarget> targets;
  private final long drainNs;
  private Step step;
  private @Nullable StreamChange underWay;

  private Removal(
      RingEngine ring,
      Stream stream,
      @Nullable LivePart whole,
      List<LiveTarget> targets,
      long drainNs) {
    this.ring = ring;
    this.stream = stream;
    this.whole = whole;
    this.targets = targets;
    this.drainNs = drainNs;
    step = whole == null ? Step.DROP_TARGETS : Step.HALT;
  }

  /**
   * Of what a ring does for a stream, with its targets.
   *
   * @param drainNs how long to wait for datagrams that were begun and are stuck
   */
  static Removal of(LivePart part, long drainNs) {
    return new Removal(part.ring(), part.stream(), part, part.targets(), drainNs);
  }

  /** Of targets of one ring that the stream has been told to send nothing more to. */
  static Removal of(LivePart part, List<LiveTarget> targets, long drainNs) {
    return new Removal(part.ring(), part.stream(), null, targets, drainNs);
  }

  /** Goes on as far as it can without waiting; returns whether everything is closed. */
  boolean advance() {
    while (step != Step.CLOSED) {
      Step next = next();
      if (next == step) {
        return false;
      }
      step = next;
    }
    return true;
  }

  private Step next() {
    return switch (step) {
      case HALT -> carriedOut(StreamChange.halt(stream)) ? Step.END_READER : step;
      // What it has handed over by its end lies in the command queue before the next change.
      case END_READER -> isReaderGone() ? Step.REMOVE : step;
      case REMOVE -> carriedOut(StreamChange.remove(stream, drainNs)) ? Step.DROP_TARGETS : step;
      case DROP_TARGETS -> {
        Target[] known = LivePart.known(targets);
        if (!carriedOut(StreamChange.dropTargets(stream, known, drainNs))) {
          yield step;
        }
        ring.streams().close(targets);
        if (whole != null) {
          ring.streams().close(whole);
        }
        yield Step.CLOSED;
      }
      case CLOSED -> step;
    };
  }

  private boolean carriedOut(StreamChange change) {
    if (underWay == null) {
      if (!ring.proxy().change(change)) {
        return false;
      }
      underWay = change;
    }
    if (!underWay.isDone()) {
      return false;
    }
    underWay = null;
    return true;
  }

  private boolean isReaderGone() {
    SourceThread reader = whole == null ? null : whole.reader();
    if (reader != null) {
      reader.requestStop();
    }
    return reader == null || !reader.isAlive();
  }
}
