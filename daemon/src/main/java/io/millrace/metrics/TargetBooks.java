package io.millrace.metrics;

import io.millrace.counters.CircuitState;
import io.millrace.counters.DropReason;
import io.millrace.counters.SendChoice;
import io.millrace.counters.TargetCounters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What one target as configured was sent and what it was not: the sum over the addresses that it
 * has and has had. It only grows, whatever becomes of the addresses, and offered = sent + dropped
 * holds for it as it does for each of them. One control thread writes, any reads.
 */
public final class TargetBooks {
  /**
   * One address that the target has, or that requests in the kernel still go to.
   *
   * @param address as text, with port
   * @param leaving nothing new is sent to it
   */
  public record Part(String address, TargetCounters counters, boolean leaving) {}

  /** What the addresses did that are gone. */
  private record Closed(
      long offered,
      long datagrams,
      long bytes,
      long trains,
      long resent,
      long retried,
      long openings,
      List<Long> drops) {
    static final Closed NOTHING =
        new Closed(0, 0, 0, 0, 0, 0, 0, Collections.nCopies(DropReason.count(), 0L));

    Closed plus(TargetCounters part) {
      List<Long> sums = new ArrayList<>(drops);
      for (int reason = 0; reason < sums.size(); reason++) {
        sums.set(reason, sums.get(reason) + part.dropped(reason));
      }
      return new Closed(
          // It has left: what its stream offers now makes no difference.
          offered + part.offered(0),
          datagrams + part.datagrams(),
          bytes + part.bytes(),
          trains + part.trainsRefused(),
          resent + part.resent(),
          retried + part.retried(),
          openings + part.circuitOpenings(),
          sums);
    }
  }

  /** One moment: an address is among the parts or in the sum of those that are gone. */
  private record State(List<Part> parts, Closed closed) {}

  private volatile State state = new State(List.of(), Closed.NOTHING);

  /** The target has one more address; its counters have begun where it takes part. */
  public void joined(String address, TargetCounters counters) {
    List<Part> parts = new ArrayList<>(state.parts);
    parts.add(new Part(address, counters, false));
    state = new State(List.copyOf(parts), state.closed);
  }

  /** Nothing new is sent to an address any more. */
  public void leaving(TargetCounters counters) {
    List<Part> parts = new ArrayList<>(state.parts);
    parts.replaceAll(
        part -> part.counters == counters ? new Part(part.address, counters, true) : part);
    state = new State(List.copyOf(parts), state.closed);
  }

  /** An address is gone: it has left, and its counters change no more. */
  public void closed(TargetCounters counters) {
    List<Part> parts = new ArrayList<>(state.parts);
    if (parts.removeIf(part -> part.counters == counters)) {
      state = new State(List.copyOf(parts), state.closed.plus(counters));
    }
  }

  /** Whether nothing can change any more. */
  boolean isClosed() {
    return state.parts.isEmpty();
  }

  /** The addresses that it is sent to now; none: it waits for its name. */
  public List<Part> addresses() {
    return state.parts.stream().filter(part -> !part.leaving).toList();
  }

  private static long sum(long closed, List<Part> parts, ToLongFunction<TargetCounters> value) {
    long sum = closed;
    for (Part part : parts) {
      sum += value.applyAsLong(part.counters);
    }
    return sum;
  }

  /**
   * Datagrams that it was offered, once for each address.
   *
   * @param ofStream as in {@link TargetCounters#offered}
   */
  public long offered(long ofStream) {
    State now = state;
    return sum(now.closed.offered, now.parts, part -> part.offered(ofStream));
  }

  public long datagrams() {
    State now = state;
    return sum(now.closed.datagrams, now.parts, TargetCounters::datagrams);
  }

  public long bytes() {
    State now = state;
    return sum(now.closed.bytes, now.parts, TargetCounters::bytes);
  }

  public long trainsRefused() {
    State now = state;
    return sum(now.closed.trains, now.parts, TargetCounters::trainsRefused);
  }

  /** {@link TargetCounters#resent()}. */
  public long resent() {
    State now = state;
    return sum(now.closed.resent, now.parts, TargetCounters::resent);
  }

  /** {@link TargetCounters#retried()}. */
  public long retried() {
    State now = state;
    return sum(now.closed.retried, now.parts, TargetCounters::retried);
  }

  public long circuitOpenings() {
    State now = state;
    return sum(now.closed.openings, now.parts, TargetCounters::circuitOpenings);
  }

  /** Whether it waits for its name: there is no address that it is sent to. */
  boolean isWaiting() {
    List<Part> parts = state.parts;
    for (int index = 0; index < parts.size(); index++) {
      if (!parts.get(index).leaving) {
        return false;
      }
    }
    return true;
  }

  /** Of the first address that doesn't get what it is offered, if there is one. */
  public CircuitState circuit() {
    List<Part> parts = state.parts;
    for (int index = 0; index < parts.size(); index++) {
      Part part = parts.get(index);
      if (!part.leaving && part.counters.circuit() != CircuitState.CLOSED) {
        return part.counters.circuit();
      }
    }
    return CircuitState.CLOSED;
  }

  /** Whether a send to an address that it has has failed in the way that counts. */
  public boolean failedEver() {
    return state.parts.stream().anyMatch(part -> part.counters.failedEver());
  }

  /** Why the last of them failed, to the first such address; there is one. */
  public DropReason lastFailure() {
    return state.parts.stream()
        .map(Part::counters)
        .filter(TargetCounters::failedEver)
        .findFirst()
        .map(TargetCounters::lastFailure)
        .orElse(DropReason.of(0));
  }

  public long dropped(int reason) {
    State now = state;
    return sum(now.closed.drops.get(reason), now.parts, part -> part.dropped(reason));
  }

  /**
   * Adds the dropped datagrams to sums by reason. Like what else is asked of every target each
   * second it allocates nothing: of thousands of targets that would be a collection each second.
   */
  void addDropped(long[] sums) {
    State now = state;
    for (int reason = 0; reason < sums.length; reason++) {
      sums[reason] += now.closed.drops.get(reason);
      for (int index = 0; index < now.parts.size(); index++) {
        sums[reason] += now.parts.get(index).counters.dropped(reason);
      }
    }
  }

  /** Dropped datagrams of every reason. */
  public long droppedTotal() {
    State now = state;
    long sum = 0;
    for (int reason = 0; reason < DropReason.count(); reason++) {
      sum += now.closed.drops.get(reason);
      for (int index = 0; index < now.parts.size(); index++) {
        sum += now.parts.get(index).counters.dropped(reason);
      }
    }
    return sum;
  }

  /** The shortest of its addresses; 0: it has none. */
  public int trainLength() {
    return addresses().stream().mapToInt(part -> part.counters.trainLength()).min().orElse(0);
  }

  /** Of the last train that was refused to the address that has had most refused. */
  public DropReason lastRefusal() {
    return state.parts.stream()
        .map(Part::counters)
        .max(Comparator.comparingLong(TargetCounters::trainsRefused))
        .map(TargetCounters::lastRefusal)
        .orElse(DropReason.of(0));
  }

  /** Of its first address. */
  public SendChoice choice() {
    List<Part> now = addresses();
    return now.isEmpty() ? SendChoice.ZERO_COPY_ASSUMED : now.getFirst().counters.choice();
  }
}
