package io.millrace.loadtest.receiver;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.loadtest.receiver.ReceiverSettings.Sequenced;
import io.millrace.loadtest.text.HostPort;
import io.millrace.shim.Kernel;
import io.millrace.shim.NativeKernel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class ReceiverAllocationTest {
  private static final int WARM_UP = 100_000;
  private static final int MEASURED = 200_000;

  /**
   * What a JIT compilation or a blocked call may leave; a single byte per datagram would be more.
   */
  private static final long SLACK_BYTES = 64 * 1024;

  private final Kernel kernel = NativeKernel.load();
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void receivingAllocatesNothingPerDatagram() throws Exception {
    try (ReceiverSocket socket =
        ReceiverSocket.open(kernel, HostPort.parse("127.0.0.1:0"), 1 << 22)) {
      ReceiverThread receiver =
          new ReceiverThread(
              kernel, socket, new ArrivalStatistics(Sequenced.YES), null, Long.MAX_VALUE, -1);
      Thread thread = Thread.ofPlatform().start(receiver);
      try (Loopback sender = new Loopback(socket.address())) {
        send(sender, receiver, 0, WARM_UP);
        long before = threads.getThreadAllocatedBytes(thread.threadId());
        send(sender, receiver, WARM_UP, WARM_UP + MEASURED);
        long allocated = threads.getThreadAllocatedBytes(thread.threadId()) - before;
        assertThat(allocated)
            .as("bytes allocated for %d datagrams", MEASURED)
            .isLessThan(SLACK_BYTES);
      } finally {
        receiver.stop();
        thread.join();
      }
      assertThat(receiver.statistics().sequence.lost()).isZero();
    }
  }

  /** Never more than 500 beyond the receiver, so that none is lost however slow it is. */
  private static void send(Loopback sender, ReceiverThread receiver, int from, int to)
      throws IOException {
    long deadline = System.nanoTime() + 60_000_000_000L;
    for (int sequence = from; sequence < to; sequence++) {
      while (sequence - receiver.datagrams() > 500) {
        Thread.onSpinWait();
        assertThat(System.nanoTime()).as("the receiver stands still").isLessThan(deadline);
      }
      sender.sequenced(sequence, 64);
    }
    while (receiver.datagrams() < to) {
      Thread.onSpinWait();
      assertThat(System.nanoTime()).as("datagrams are missing").isLessThan(deadline);
    }
  }
}
