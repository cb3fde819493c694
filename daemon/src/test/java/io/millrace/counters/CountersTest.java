package io.millrace.counters;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class CountersTest {
  @Test
  void countersOfABlockDoNotTouchEachOther() {
    CounterBlock block = new CounterBlock(3);
    block.add(0, 5);
    block.increment(2);
    block.set(1, -7);
    block.add(0, 1);
    assertThat(block.get(0)).isEqualTo(6);
    assertThat(block.get(1)).isEqualTo(-7);
    assertThat(block.get(2)).isEqualTo(1);
  }

  /**
   * With a plain load the compiler takes it out of the reader's loop once that is hot: it must not.
   */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aReaderSeesTheWriterProgress() throws InterruptedException {
    CounterBlock block = new CounterBlock(1);
    Thread writer =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  for (int rise = 0; rise < 4; rise++) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
                    block.increment(0);
                  }
                });
    for (long expected = 1; expected <= 4; expected++) {
      while (block.get(0) < expected) {}
    }
    assertThat(block.get(0)).isEqualTo(4);
    writer.join();
  }

  @Test
  void aRingsBooksCloseByOperationAndMode() {
    RingCounters counters = new RingCounters();
    counters.requested(RingCounters.Op.SEND_ZC, 1);
    counters.requested(RingCounters.Op.SEND_ZC, 1);
    counters.requested(RingCounters.Op.SEND, 1);
    counters.completed(RingCounters.Mode.PAIRED);
    counters.completed(RingCounters.Mode.SINGLE);
    assertThat(counters.requests()).isEqualTo(3);
    assertThat(counters.requests(RingCounters.Op.SEND)).isEqualTo(1);
    assertThat(counters.completions()).isEqualTo(2);
    assertThat(counters.completions(RingCounters.Mode.COMBINED)).isZero();
    assertThat(counters.inFlight()).isEqualTo(1);
    assertThat(counters.cqes()).isZero();
    assertThat(counters.enters()).isZero();
  }

  @Test
  void whatIsNoRequestStaysOutOfTheBooks() {
    RingCounters counters = new RingCounters();
    counters.reaped(5);
    counters.entered(1);
    counters.copied();
    counters.cqOverflows(3);
    counters.cpuTime(7, 11);
    assertThat(counters.requests()).isZero();
    assertThat(counters.completions()).isZero();
    assertThat(counters.cqes()).isEqualTo(5);
    assertThat(counters.enters()).isEqualTo(1);
    assertThat(counters.copiedSamples()).isEqualTo(1);
    assertThat(counters.cqOverflows()).isEqualTo(3);
    assertThat(counters.userNs()).isEqualTo(7);
    assertThat(counters.systemNs()).isEqualTo(11);
  }

  @Test
  void aTargetsDropsAreKeptByReason() {
    TargetCounters counters = new TargetCounters();
    counters.sent(1, 1400);
    counters.sent(1, 100);
    counters.dropped(DropReason.ENOBUFS, 1);
    counters.dropped(DropReason.STOPPED, 1);
    counters.dropped(DropReason.STOPPED, 1);
    assertThat(counters.datagrams()).isEqualTo(2);
    assertThat(counters.bytes()).isEqualTo(1500);
    assertThat(counters.droppedTotal()).isEqualTo(3);
    assertThat(counters.dropped(DropReason.STOPPED.ordinal())).isEqualTo(2);
    assertThat(counters.dropped(DropReason.ECONNREFUSED.ordinal())).isZero();
  }

  @Test
  void aStreamIsActiveFromItsFirstSendToItsLastCompletion() {
    StreamCounters counters = new StreamCounters();
    assertThat(counters.state()).isEqualTo(StreamCounters.State.RUNNING);
    assertThat(counters.activeNs()).isZero();
    counters.firstSend(-1000);
    assertThat(counters.activeNs()).isZero();
    counters.lastCompletion(500);
    assertThat(counters.activeNs()).isEqualTo(1500);
    assertThat(StreamCounters.State.PAUSED.ended()).isFalse();
    assertThat(StreamCounters.State.FINISHED.ended()).isTrue();
    assertThat(StreamCounters.State.FAILED.ended()).isTrue();
    assertThat(StreamCounters.State.STOPPED.ended()).isTrue();
  }
}
