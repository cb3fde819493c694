package io.millrace.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.sender.Capacities;
import io.millrace.shim.Endpoint;
import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What requests with registered buffers and files really end as. */
@Tag("kernel")
final class SendZcOnRealKernelTest implements CompletionMerger.Sink {
  private static final int SLOTS = 64;
  private static final int SLOT_BYTES = 69_632;
  private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);

  /**
   * Registered files: one that somebody listens behind, one that nobody does, and an index behind
   * the last.
   */
  private static final int OPEN = 0;

  private static final int CLOSED = 1;
  private static final int NO_FILE = 2;

  private final Kernel kernel = RealKernel.withRings();

  /** 0 where requests can't be combined. */
  private final int combine = RealKernel.combineFlag(kernel);

  private final Capacities capacities = Capacities.of(32, 32);
  private final Slab slab = Slab.map(kernel, SLOTS, SLOT_BYTES, Slab.Pages.BASE);
  private final BufferPool pool = new BufferPool(SLOTS);
  private final SlotReferences references = new SlotReferences(pool);
  private final Ring ring = Ring.open(kernel, capacities.sqEntries(), capacities.cqEntries());
  private final CompletionMerger merger = new CompletionMerger(capacities.requests(), this);
  private final int receiver = kernel.udpSocket(KernelAbi.AF_INET);
  private final int openSocket = kernel.udpSocket(KernelAbi.AF_INET);
  private final int closedSocket = kernel.udpSocket(KernelAbi.AF_INET);

  private final int[] slotOf = new int[capacities.requests()];
  private final int[] completionsOf = new int[capacities.requests()];
  private int completions;
  private int lastResult;
  private CompletionMerger.Form lastForm = CompletionMerger.Form.SINGLE;
  private boolean lastCopied;

  // Outcomes of the mixed run.
  private long sent;
  private long tooLong;
  private long refused;
  private long badFile;
  private long other;

  SendZcOnRealKernelTest() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment local =
          Endpoint.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), arena);
      check(kernel.socketBind(receiver, local));
      check(kernel.socketLocal(receiver, local));
      check(kernel.socketConnect(openSocket, local));
      int bound = kernel.udpSocket(KernelAbi.AF_INET);
      MemorySegment gone =
          Endpoint.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), arena);
      check(kernel.socketBind(bound, gone));
      check(kernel.socketLocal(bound, gone));
      check(kernel.socketConnect(closedSocket, gone));
      check(kernel.close(bound));
      ring.registerBuffers(slab.vectors(arena), (long) SLOTS * SLOT_BYTES);
    }
    ring.registerFiles(new int[] {openSocket, closedSocket});
    ring.enable();
  }

  @AfterEach
  void close() {
    ring.close();
    slab.close();
    for (int fd : new int[] {receiver, openSocket, closedSocket}) {
      kernel.close(fd);
    }
  }

  private static void check(int result) {
    assertThat(result).isNotNegative();
  }

  @Override
  public void onCompletion(int request, int result, CompletionMerger.Form form, boolean copied) {
    completions++;
    completionsOf[request]++;
    lastResult = result;
    lastForm = form;
    lastCopied = copied;
    references.releaseFromKernel(slotOf[request]);
    switch (result) {
      case -Errno.EMSGSIZE -> tooLong++;
      case -Errno.ECONNREFUSED -> refused++;
      case -Errno.EBADF -> badFile++;
      default -> {
        if (result >= 0) {
          sent++;
        } else {
          other++;
        }
      }
    }
  }

  @Override
  public void onControl(long userData, int result) {
    throw new AssertionError("nothing but sends here");
  }

  private void submit(int request, int file, int bytes, int flags) {
    int slot = pool.claim();
    assertThat(slot).isNotEqualTo(BufferPool.NONE);
    references.begin(slot);
    references.acquireForKernel(slot);
    references.release(slot);
    slotOf[request] = slot;
    ring.submissions()
        .sendZc(file, slab.address(slot), bytes, slab.bufferIndex(slot), flags, request);
  }

  /** Enters and reaps until so many requests have ended; fails after some seconds. */
  private int reapUntil(int ended) {
    long deadlineNs = System.nanoTime() + TIMEOUT_NS;
    int cqes = 0;
    while (completions < ended) {
      assertThat(System.nanoTime() - deadlineNs).as("time left").isNegative();
      ring.enter(1, TIMEOUT_NS);
      cqes += ring.completions().reap(merger);
    }
    return cqes;
  }

  @Test
  void slotReturnsOnlyAfterNotification() {
    int[] freeAtResult = {-1};
    int[] notifications = {0};
    CompletionMerger watching =
        new CompletionMerger(
            1,
            new CompletionMerger.Sink() {
              @Override
              public void onCompletion(
                  int request, int result, CompletionMerger.Form form, boolean copied) {
                notifications[0]++;
                freeAtResult[0] = pool.free();
                SendZcOnRealKernelTest.this.onCompletion(request, result, form, copied);
              }

              @Override
              public void onControl(long userData, int result) {}
            });
    submit(0, OPEN, 1400, KernelAbi.IORING_SEND_ZC_REPORT_USAGE);
    long deadlineNs = System.nanoTime() + TIMEOUT_NS;
    int cqes = 0;
    while (notifications[0] == 0) {
      assertThat(System.nanoTime() - deadlineNs).as("time left").isNegative();
      assertThat(pool.free()).as("before the notification").isEqualTo(SLOTS - 1);
      ring.enter(1, TIMEOUT_NS);
      cqes += ring.completions().reap(watching);
    }
    assertThat(cqes).as("a result and a notification").isEqualTo(2);
    assertThat(freeAtResult[0]).as("while it was notified").isEqualTo(SLOTS - 1);
    assertThat(pool.free()).isEqualTo(SLOTS);
    assertThat(lastResult).isEqualTo(1400);
    assertThat(lastForm).isEqualTo(CompletionMerger.Form.PAIRED);
    assertThat(lastCopied).as("loopback always copies").isTrue();
  }

  @Test
  void aFailingSendEndsAsExactlyOneMergedCompletion() {
    failingSends(0);
  }

  /** Where the kernel combines, failures are combined too; elsewhere the flag is a failure. */
  @Test
  void aSendWithTheCombineFlagEndsAsExactlyOneMergedCompletion() {
    if (combine != 0) {
      failingSends(combine);
      return;
    }
    submit(0, OPEN, 100, KernelProbe.probe(kernel, KernelProbe.AUTO_BIT).combineFlag());
    reapUntil(1);
    assertThat(lastResult).isEqualTo(-Errno.EINVAL);
    ring.enter(0, 0);
    assertThat(ring.completions().reap(merger)).as("CQEs left over").isZero();
    assertThat(pool.free()).isEqualTo(SLOTS);
  }

  private void failingSends(int flags) {
    submit(0, OPEN, 65_508, flags);
    int cqes = reapUntil(1);
    assertThat(lastResult).isEqualTo(-Errno.EMSGSIZE);

    submit(1, NO_FILE, 100, flags);
    cqes += reapUntil(2);
    assertThat(lastResult).isEqualTo(-Errno.EBADF);

    submit(2, CLOSED, 100, flags); // this one leaves, and brings the ICMP error back
    cqes += reapUntil(3);
    submit(3, CLOSED, 100, flags);
    cqes += reapUntil(4);
    assertThat(cqes).isEqualTo(flags == 0 ? 8 : 4);
    assertThat(lastResult).isEqualTo(-Errno.ECONNREFUSED);

    ring.enter(0, 0);
    assertThat(ring.completions().reap(merger)).as("CQEs left over").isZero();
    assertThat(completions).isEqualTo(4);
    assertThat(pool.free()).isEqualTo(SLOTS);
  }

  @Test
  void twentyThousandMixedRequestsLeaveEqualBooks() {
    long seed = System.nanoTime();
    System.out.println("twentyThousandMixedRequestsLeaveEqualBooks: seed " + seed);
    Random random = new Random(seed);
    int requests = 20_000;
    long wrongLength = 0;
    long wrongFile = 0;
    long toClosed = 0;
    int submitted = 0;
    long cqes = 0;
    long wantedCqes = 0;
    int mostInFlight = capacities.requests();
    while (submitted < requests) {
      int batch = Math.min(1 + random.nextInt(mostInFlight), requests - submitted);
      for (int request = 0; request < batch; request++) {
        completionsOf[request] = 0;
        int flags = random.nextInt(4) == 0 ? KernelAbi.IORING_SEND_ZC_REPORT_USAGE : combine;
        wantedCqes += flags != 0 && flags == combine ? 1 : 2;
        switch (random.nextInt(4)) {
          case 0 -> {
            submit(request, OPEN, 65_508 + random.nextInt(4000), flags);
            wrongLength++;
          }
          case 1 -> {
            submit(request, NO_FILE + random.nextInt(3), 1 + random.nextInt(1400), flags);
            wrongFile++;
          }
          case 2 -> {
            submit(request, CLOSED, 1 + random.nextInt(1400), flags);
            toClosed++;
          }
          default -> submit(request, OPEN, 1 + random.nextInt(1400), flags);
        }
      }
      submitted += batch;
      cqes += reapUntil(submitted);
      for (int request = 0; request < batch; request++) {
        assertThat(completionsOf[request]).as("completions of request %d", request).isEqualTo(1);
      }
    }
    assertThat(completions).isEqualTo(requests);
    assertThat(cqes).isEqualTo(wantedCqes);
    assertThat(tooLong).isEqualTo(wrongLength);
    assertThat(badFile).isEqualTo(wrongFile);
    assertThat(refused).as("refused").isBetween(1L, toClosed);
    assertThat(other).isZero();
    assertThat(sent + tooLong + badFile + refused).isEqualTo(requests);
    assertThat(pool.free()).isEqualTo(SLOTS);
    assertThat(ring.completions().overflows()).isZero();
  }

  /** Nothing is reaped before every request that may be in flight is, each with its two CQEs. */
  @Test
  void aCqSizedByCapacitiesHoldsEverythingThatCanBeOutstanding() {
    int request = 0;
    int slot = pool.claim();
    references.begin(slot);
    while (request < capacities.requests()) {
      int batch = Math.min(capacities.batch(), capacities.requests() - request);
      for (int entry = 0; entry < batch; entry++) {
        slotOf[request] = slot;
        references.acquireForKernel(slot);
        ring.submissions()
            .sendZc(OPEN, slab.address(slot), 64, slab.bufferIndex(slot), 0, request++);
      }
      assertThat(ring.enter(0, 0)).isEqualTo(batch);
    }
    ring.enter(0, 0);
    assertThat(ring.completions().overflows()).isZero();
    int cqes = reapUntil(capacities.requests());
    assertThat(cqes).isEqualTo(2 * capacities.requests());
    references.release(slot);
    assertThat(pool.free()).isEqualTo(SLOTS);
  }
}
