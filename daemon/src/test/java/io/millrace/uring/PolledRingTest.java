package io.millrace.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.shim.Errno;
import io.millrace.shim.KernelAbi;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A ring whose queue a kernel thread polls: when the kernel is called, and when not. */
final class PolledRingTest {
  private static final int GET_EVENTS = 1;
  private static final int WAKE_UP = 1 << 1;

  private final FakeKernel fake = new FakeKernel();

  private Ring open() {
    return Ring.openPolled(fake.kernel(), 8, 32, new SqPolling(10, 3));
  }

  private static void write(Ring ring, int requests) {
    for (int request = 0; request < requests; request++) {
      ring.submissions().send(0, 0x1000, 100, request);
    }
  }

  /** What a duty cycle does (UringEngine.flush). */
  private static void flush(Ring ring) {
    if (ring.publish()) {
      ring.enter(0, 0);
    }
  }

  @Test
  void aThreadThatIsAwakeTakesRequestsWithoutACall() {
    try (Ring ring = open()) {
      write(ring, 3);
      flush(ring);
      assertThat(fake.polledEnters).isEmpty();
      assertThat(ring.submissions().pending()).isEqualTo(3);
      fake.poll();
      assertThat(fake.sends).hasSize(3);
      assertThat(ring.submissions().pending()).isZero();
    }
  }

  @Test
  void aThreadThatSleepsIsWokenOnceForABatch() {
    try (Ring ring = open()) {
      fake.pollerFallsAsleep();
      write(ring, 3);
      flush(ring);
      assertThat(fake.polledEnters).containsExactly(GET_EVENTS | WAKE_UP);
      assertThat(fake.sends).hasSize(3);
      flush(ring);
      assertThat(fake.polledEnters).hasSize(1);
    }
  }

  @Test
  void aSleepingThreadIsLeftAloneWhereNothingIsToBeSent() {
    try (Ring ring = open()) {
      fake.pollerFallsAsleep();
      flush(ring);
      assertThat(fake.polledEnters).isEmpty();
      ring.enter(1, 1_000_000);
      assertThat(fake.polledEnters).containsExactly(GET_EVENTS);
    }
  }

  @Test
  void whatIsWrittenBeforeASleepIsPublishedAndWakesTheThread() {
    try (Ring ring = open()) {
      fake.pollerFallsAsleep();
      write(ring, 1);
      ring.enter(1, 1_000_000);
      assertThat(fake.polledEnters).containsExactly(GET_EVENTS | WAKE_UP);
      assertThat(fake.sends).hasSize(1);
    }
  }

  @Test
  void entriesAreFreeOnlyWhenTheThreadHasTakenThem() {
    fake.firstIndex = -2; // they wrap at 2^32
    try (Ring ring = open()) {
      write(ring, 8);
      flush(ring);
      assertThat(ring.submissions().free()).isZero();
      fake.poll();
      assertThat(ring.submissions().free()).isEqualTo(8);
    }
  }

  @Test
  void completionsAreReapedAsOfAnyRing() {
    List<Integer> ended = new ArrayList<>();
    CompletionMerger merger =
        new CompletionMerger(
            8,
            new CompletionMerger.Sink() {
              @Override
              public void onCompletion(
                  int request, int result, CompletionMerger.Form form, boolean copied) {
                ended.add(request);
              }

              @Override
              public void onControl(long userData, int result) {
                throw new AssertionError("only sends were submitted");
              }
            });
    try (Ring ring = open()) {
      write(ring, 3);
      flush(ring);
      assertThat(ring.completions().reap(merger)).isZero();
      fake.poll();
      assertThat(ring.completions().reap(merger)).isEqualTo(3);
      assertThat(ended).containsExactly(0, 1, 2);
    }
  }

  @Test
  void itIsMadeForOneIssuerAndWithoutWhatIsAboutTheOwnersThread() {
    open().close();
    assertThat(fake.pollings).containsExactly(new SqPolling(10, 3));
    assertThat(fake.setups)
        .containsExactly(
            (1 << 1) // SQPOLL
                | (1 << 6) // R_DISABLED
                | (1 << 7) // SUBMIT_ALL
                | (1 << 12) // SINGLE_ISSUER
                | (1 << 16)); // NO_SQARRAY
  }

  @Test
  void aKernelWithoutNoSqArrayGetsAnIndexArray() {
    fake.knowsNoSqArray = false;
    open().close();
    assertThat(fake.setups).hasSize(2);
    assertThat(fake.setups.get(1) & KernelAbi.IORING_SETUP_NO_SQARRAY).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "22 | EINVAL: kernel %s lets no thread of this process poll on CPU 3",
        "13 | EACCES: a security module (SELinux: io_uring sqpoll) forbids this process a kernel"
            + " thread",
        "11 | EAGAIN: this process may have no more threads; raise TasksMax=",
      })
  void whatIsRefusedOnlyToAPolledRingSaysSo(int errno, String message) {
    fake.setupResults.addAll(List.of(-errno, -errno));
    assertThatThrownBy(this::open)
        .isInstanceOf(RingUnavailableException.class)
        .hasMessageStartingWith(
            "io_uring_setup with SQPOLL: " + message.formatted(System.getProperty("os.version")))
        .hasMessageEndingWith("or set rings.sqpoll.enabled = false");
  }

  @Test
  void whatIsRefusedToEveryRingSaysWhatItAlwaysDoes() {
    fake.setupResults.add(-Errno.ENOMEM);
    assertThatThrownBy(this::open)
        .hasMessageStartingWith("io_uring_setup: ENOMEM: not enough memory")
        .extracting("lackOfMemory")
        .isEqualTo(true);
  }
}
