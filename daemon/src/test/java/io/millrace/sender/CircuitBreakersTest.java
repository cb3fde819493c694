package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.CircuitState;
import io.millrace.counters.DropReason;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.shim.KernelAbi;
import io.millrace.stream.Pacer;
import io.millrace.stream.PreloadedSource;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.uring.PartialKernel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class CircuitBreakersTest {
  private static final int FD = 7;

  private final TargetCounters counters = new TargetCounters();
  private final TargetTable targets = new TargetTable(new Stream[] {stream(counters)});
  private final SocketErrors socketErrors = new SocketErrors();
  private final CircuitBreakers breakers =
      new CircuitBreakers(PartialKernel.of(socketErrors), targets);
  private long nowNs = Long.MAX_VALUE - 1000;

  private static Stream stream(TargetCounters counters) {
    SlotReferences references = new SlotReferences(new BufferPool(1));
    return new Stream(
        0,
        "s",
        new PreloadedSource(references, new int[0], new int[0], 100, false),
        Pacer.of(Pacer.Unit.UNLIMITED, 0, 0),
        new Target[] {new Target(0, "there:1", FD, 1, counters)},
        new StreamCounters());
  }

  /** Plays getsockopt. */
  public static final class SocketErrors {
    int read;

    public int socketGet(int fd, int level, int option) {
      assertThat(fd).isEqualTo(FD);
      assertThat(level).isEqualTo(KernelAbi.SOL_SOCKET);
      assertThat(option).isEqualTo(KernelAbi.SO_ERROR);
      read++;
      return 0;
    }
  }

  private void fail(int times) {
    for (int failure = 0; failure < times; failure++) {
      breakers.failed(0, DropReason.EPERM, false, nowNs);
    }
  }

  private void pass(long ns) {
    nowNs += ns;
    breakers.step(nowNs);
  }

  /** The probe goes out and ends. */
  private void probe() {
    assertThat(breakers.wantsProbe(0)).isTrue();
    targets.began(0, 1);
    breakers.probing(0);
    assertThat(breakers.wantsProbe(0)).isFalse();
    assertThat(breakers.isOpen(0)).isTrue();
    targets.ended(0);
  }

  @Test
  void fiveFailuresInARowOpenAndASuccessBetweenThemDoesNot() {
    fail(CircuitBreakers.FAILURES - 1);
    counters.sent(1, 100);
    fail(CircuitBreakers.FAILURES - 1);
    assertThat(breakers.isOpen(0)).isFalse();
    fail(1);
    assertThat(breakers.isOpen(0)).isTrue();
    assertThat(targets.isHeld(0)).isTrue();
    assertThat(counters.circuit()).isEqualTo(CircuitState.OPEN);
    assertThat(counters.lastFailure()).isEqualTo(DropReason.EPERM);
    fail(10); // of requests that were on their way
    assertThat(counters.circuitOpenings()).isEqualTo(1);
  }

  @Test
  void whatComesBackLaterCountsWhateverWasSentMeanwhileIfItComesSoon() {
    for (int error = 1; error < CircuitBreakers.FAILURES; error++) {
      breakers.failedLater(0, DropReason.ECONNREFUSED, nowNs);
      counters.sent(100, 10_000);
      nowNs += CircuitBreakers.PROBATION_NS;
    }
    assertThat(breakers.isOpen(0)).as("one in 5 s is not in a row").isFalse();
    for (int error = 1; error < CircuitBreakers.FAILURES; error++) {
      assertThat(breakers.isOpen(0)).isFalse();
      nowNs += TimeUnit.SECONDS.toNanos(1);
      breakers.failedLater(0, DropReason.ECONNREFUSED, nowNs);
      counters.sent(100, 10_000);
    }
    assertThat(breakers.isOpen(0)).isFalse();
    breakers.failedLater(0, DropReason.ECONNREFUSED, nowNs);
    assertThat(breakers.isOpen(0)).isTrue();
  }

  @Test
  void aProbeThatFailsOpensForTwiceAsLongUpToALimit() {
    fail(CircuitBreakers.FAILURES);
    long openNs = CircuitBreakers.FIRST_OPEN_NS;
    for (int round = 1; round <= 8; round++) {
      pass(openNs - 1);
      assertThat(breakers.wantsProbe(0)).isFalse();
      assertThat(breakers.untilNextNs(nowNs, Long.MAX_VALUE)).isEqualTo(1);
      pass(1);
      assertThat(socketErrors.read)
          .as("what came back earlier is not the probe's")
          .isEqualTo(round);
      probe();
      fail(1);
      breakers.settle(0, nowNs);
      assertThat(counters.circuit()).isEqualTo(CircuitState.OPEN);
      openNs = Math.min(2 * openNs, CircuitBreakers.LONGEST_OPEN_NS);
    }
    assertThat(openNs).isEqualTo(CircuitBreakers.LONGEST_OPEN_NS);
  }

  @Test
  void aProbeThatLeavesClosesAndTheNextFailureSoonAfterOpensAgain() {
    fail(CircuitBreakers.FAILURES);
    pass(CircuitBreakers.FIRST_OPEN_NS);
    probe();
    breakers.settle(0, nowNs);
    assertThat(breakers.isOpen(0)).isFalse();
    assertThat(counters.circuit()).isEqualTo(CircuitState.CLOSED);
    nowNs += 100;
    breakers.failedLater(0, DropReason.ECONNREFUSED, nowNs);
    assertThat(breakers.isOpen(0)).isTrue();
    pass(CircuitBreakers.FIRST_OPEN_NS);
    assertThat(breakers.wantsProbe(0)).as("it is twice as long").isFalse();
    pass(CircuitBreakers.FIRST_OPEN_NS);
    probe();
    breakers.settle(0, nowNs);
    nowNs += CircuitBreakers.PROBATION_NS;
    counters.sent(1, 100);
    fail(1);
    assertThat(breakers.isOpen(0)).as("long after, one failure is one failure").isFalse();
    fail(CircuitBreakers.FAILURES - 1);
    pass(CircuitBreakers.FIRST_OPEN_NS);
    assertThat(breakers.wantsProbe(0)).as("and it is open for a short time again").isTrue();
  }

  @Test
  void aProbeWaitsUntilItIsAlone() {
    targets.began(0, 1);
    fail(CircuitBreakers.FAILURES);
    pass(CircuitBreakers.FIRST_OPEN_NS);
    assertThat(breakers.wantsProbe(0)).isFalse();
    targets.ended(0);
    breakers.settle(0, nowNs);
    assertThat(breakers.isOpen(0)).isTrue();
    pass(CircuitBreakers.FIRST_OPEN_NS);
    probe();
  }

  @Test
  void aFullQueueIsNoFailureAsLongAsSomethingLeaves() {
    for (int ms = 0; ms < 5000; ms++) {
      nowNs += TimeUnit.MILLISECONDS.toNanos(1);
      breakers.failed(0, DropReason.ENOBUFS, true, nowNs);
      if (ms % 900 == 0) {
        counters.sent(1, 100);
      }
      assertThat(breakers.isOpen(0)).as("after %d ms", ms).isFalse();
    }
    breakers.failed(0, DropReason.ENOBUFS, true, nowNs + CircuitBreakers.FULL_NS);
    assertThat(breakers.isOpen(0)).isTrue();
  }

  @Test
  void aTargetThatGoesLeavesNothingToItsSuccessor() {
    fail(CircuitBreakers.FAILURES);
    breakers.removed(0);
    targets.remove(0);
    assertThat(breakers.waiting()).isZero();
    TargetCounters others = new TargetCounters();
    Stream stream = stream(others);
    targets.add(stream.targets()[0], stream);
    breakers.added(0);
    assertThat(breakers.isOpen(0)).isFalse();
    fail(CircuitBreakers.FAILURES - 1);
    assertThat(breakers.isOpen(0)).isFalse();
  }
}
