package io.millrace;

import io.millrace.metrics.EngineView.StreamView;
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

  /** The stream that goes as a whole; null: only targets of one that stays. */
  private final @Nullable LiveStream whole;

  private final List<LiveTarget> targets;
  private final StreamView view;
  private final long drainNs;
  private Step step;
  private @Nullable StreamChange underWay;

  private Removal(
      RingEngine ring,
      Stream stream,
      @Nullable LiveStream whole,
      List<LiveTarget> targets,
      StreamView view,
      long drainNs) {
    this.ring = ring;
    this.stream = stream;
    this.whole = whole;
    this.targets = targets;
    this.view = view;
    this.drainNs = drainNs;
    step = whole == null ? Step.DROP_TARGETS : Step.HALT;
  }

  /**
   * Of a stream with its targets.
   *
   * @param drainNs how long to wait for datagrams that were begun and are stuck
   */
  static Removal of(LiveStream stream, long drainNs) {
    return new Removal(
        stream.ring(), stream.stream(), stream, stream.targets(), stream.view(), drainNs);
  }

  /** Of targets that the stream has been told to send nothing more to. */
  static Removal of(LiveStream stream, List<LiveTarget> targets, long drainNs) {
    return new Removal(
        stream.ring(), stream.stream(), null, targets, stream.view(targets), drainNs);
  }

  /** What it removes, with its counters. */
  StreamView view() {
    return view;
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
        Target[] known = LiveStream.known(targets);
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
