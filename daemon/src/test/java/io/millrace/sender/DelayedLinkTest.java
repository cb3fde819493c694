package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.buffer.BufferPool;
import io.millrace.stream.GeneratorSource;
import io.millrace.stream.Pacer;
import io.millrace.stream.Stream;
import io.millrace.uring.RealKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The kernel sends from the slots for as long as a datagram is under way: here through a loopback
 * device whose queue keeps each for a while ({@code tc qdisc add dev lo root netem delay 200ms}),
 * as loadtest/vm/prove sets it up. Who sets it up says so in {@code MILLRACE_LOOPBACK_DELAY_MS}.
 */
@Tag("kernel")
final class DelayedLinkTest {
  private static final int SLOTS = 16;
  private static final int SLOT_BYTES = 2048;
  private static final int DATAGRAM_BYTES = 1400;
  private static final byte POISON = (byte) 0xDE;

  /** Of nobody else's slots. */
  private static final int POISONED = -1;

  private long delayNs;
  private final SenderRig rig = SenderRig.onRealKernel(SLOTS, SLOT_BYTES);
  private final Receiver receiver = Receiver.open();
  private final Poisoner poisoner = new Poisoner();

  @BeforeEach
  void needADelay() {
    String delayMs = System.getenv("MILLRACE_LOOPBACK_DELAY_MS");
    if (delayMs == null) {
      RealKernel.skip(
          "no delayed loopback (MILLRACE_LOOPBACK_DELAY_MS); loadtest/vm/prove has one");
    }
    delayNs = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(delayMs));
  }

  @AfterEach
  void close() throws InterruptedException {
    poisoner.end(); // before the memory that it writes to is gone
    rig.close();
    receiver.close();
  }

  /** Overwrites every slot that it can get hold of, again and again. */
  private final class Poisoner extends Thread {
    private volatile boolean stop;
    private long poisoned;

    Poisoner() {
      super("poisoner");
    }

    @Override
    public void run() {
      while (!stop) {
        int slot = rig.pool.claim();
        if (slot == BufferPool.NONE) {
          LockSupport.parkNanos(20_000);
          continue;
        }
        rig.slab.filler(slot, POISONED);
        rig.slab.memory().asSlice(rig.slab.offset(slot), SLOT_BYTES).fill(POISON);
        poisoned++;
        rig.pool.release(slot);
        LockSupport.parkNanos(20_000);
      }
    }

    long end() throws InterruptedException {
      stop = true;
      join();
      return poisoned;
    }
  }

  /**
   * Unlimited, the source takes each slot again at once; at 40 datagrams/s, half of the slots lie
   * free and the poisoner has them.
   */
  @ParameterizedTest
  @CsvSource({"true, 0", "false, 0", "true, 40", "false, 40"})
  void aSlotThatCameBackMayBeOverwrittenAtOnce(boolean combine, int perSecond) throws Exception {
    if (!combine) {
      rig.mode = SendMode.zeroCopy(0);
    } else if (rig.mode.combineFlag() == 0) {
      System.out.println("this kernel doesn't combine completions: both runs are paired");
    }
    int rounds = 6;
    int count = rounds * SLOTS;
    Pacer pacer = perSecond == 0 ? SenderRig.unlimited() : SenderRig.datagrams(perSecond);
    Stream stream = rig.add(rig.generator(DATAGRAM_BYTES, count), pacer, receiver.address());
    CompletableFuture<List<byte[]>> arriving = receiver.receive(count);
    poisoner.start();
    long beginNs = System.nanoTime();
    rig.start();
    rig.awaitEnded(stream);
    long tookNs = System.nanoTime() - beginNs;
    List<byte[]> payloads = arriving.join();
    long poisoned = poisoner.end();
    System.out.printf(
        "%d datagrams over a link of %d ms in %d ms; %d times a free slot was overwritten%n",
        count,
        TimeUnit.NANOSECONDS.toMillis(delayNs),
        TimeUnit.NANOSECONDS.toMillis(tookNs),
        poisoned);

    assertThat(payloads).hasSize(count);
    List<Long> wanted = new ArrayList<>();
    for (long sequence = 0; sequence < count; sequence++) {
      wanted.add(sequence);
    }
    assertThat(Receiver.sequences(payloads)).containsExactlyInAnyOrderElementsOf(wanted);
    for (byte[] payload : payloads) {
      for (int index = GeneratorSource.HEADER_BYTES; index < payload.length; index++) {
        assertThat(payload[index]).as("byte %d", index).isEqualTo((byte) index);
      }
    }
    assertThat(poisoned)
        .as("the slots were overwritten between")
        .isGreaterThan(perSecond == 0 ? 0 : count);
    assertThat(tookNs)
        .as("each slot makes %d journeys of %d ns", rounds, delayNs)
        .isGreaterThanOrEqualTo(rounds * delayNs);
    rig.stop();
    rig.assertBooksAreClosed();
    assertThat(rig.counters.cqes()).isEqualTo(rig.cqesOf(count));
    rig.assertEverySlotIsFree();
  }

  /** Or else the test above could not fail. */
  @Test
  void aSlotThatIsOverwrittenTooEarlyArrivesOverwritten() {
    Stream stream =
        rig.add(rig.generator(DATAGRAM_BYTES, SLOTS), SenderRig.unlimited(), receiver.address());
    CompletableFuture<List<byte[]>> arriving = receiver.receive(SLOTS);
    rig.start();
    // Nothing slow between here and the fill: rig.await() loads classes, which takes longer than
    // the
    // link does in a virtual machine.
    while (stream.counters().offeredDatagrams() < SLOTS) {
      Thread.onSpinWait();
    }
    rig.slab.memory().fill(POISON);
    List<byte[]> payloads = arriving.join();
    assertThat(payloads).hasSize(SLOTS);
    byte[] poisoned = new byte[DATAGRAM_BYTES];
    Arrays.fill(poisoned, POISON);
    assertThat(payloads.stream().filter(payload -> Arrays.equals(payload, poisoned)).count())
        .as("overwritten datagrams")
        .isPositive();
    rig.awaitEnded(stream);
    rig.stop();
    rig.assertBooksAreClosed();
  }
}
