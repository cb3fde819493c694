package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.counters.StreamCounters;
import io.millrace.shim.Errno;
import io.millrace.shim.KernelAbi;
import io.millrace.stream.SourcePrefixes;
import io.millrace.stream.Stream;
import io.millrace.stream.Target;
import io.millrace.stream.UdpSocket;
import io.millrace.stream.UdpSource;
import io.millrace.uring.FakeKernel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The life of a multishot receive, on a kernel that ends it whenever the test says so. */
final class IngestTest {
  private static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 5004);
  private static final int CAPACITY = 4;
  private static final int SLOTS = 16;

  private final FakeKernel fake = new FakeKernel();
  private final SenderRig rig = new SenderRig(fake.kernel(), SLOTS, 1024);
  private final UdpSource source = source(rig);

  private static UdpSource source(SenderRig rig) {
    UdpSocket socket =
        UdpSocket.open(
            rig.kernel,
            ADDRESS,
            new UdpSocket.Options(UdpSocket.ANY_INTERFACE, List.of(), 4096, false, false));
    return new UdpSource(socket, rig.slab, rig.references, CAPACITY, 800, SourcePrefixes.ALL, 1);
  }

  IngestTest() {
    rig.makeRoom();
    rig.capacities = rig.capacities.receiving(CAPACITY + 2);
  }

  @AfterEach
  void close() {
    fake.change(() -> fake.completionsPerEnter = Integer.MAX_VALUE);
    rig.close();
  }

  private void deliver(int count, int bytes) {
    fake.change(
        () -> {
          for (int datagram = 0; datagram < count; datagram++) {
            fake.receives.deliver(source.fd(), new byte[bytes]);
          }
        });
  }

  private void finish() {
    rig.stop();
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
    assertThat(fake.receives.armed()).isZero();
    assertThat(fake.receives.groups()).isZero();
  }

  private Stream relay() {
    return rig.add(source, SenderRig.unlimited(), ADDRESS);
  }

  @Test
  void oneReceiveServesManyDatagrams() {
    Stream stream = relay();
    rig.start();
    for (int sent = 1; sent <= 50; sent++) {
      deliver(1, 100);
      int upTo = sent;
      rig.await("it is through", () -> stream.targets()[0].counters().datagrams() == upTo);
    }
    assertThat(fake.receives.begun).isEqualTo(1);
    finish();
  }

  @Test
  void aReceiveThatFindsNoSlotIsArmedAgainWhenSlotsComeBack() {
    Stream stream = relay();
    fake.completionsPerEnter = 0; // nothing that is sent ends: no slot comes back
    rig.start();
    deliver(100, 100);
    rig.await("it has run out", () -> source.udpCounters().ranOutCount() > 0);
    int waiting = fake.receives.waiting(source.fd());
    assertThat(waiting).as("datagrams left to the socket").isGreaterThan(0);
    fake.change(() -> fake.completionsPerEnter = 1);
    rig.await("all are through", () -> stream.targets()[0].counters().datagrams() == 100);
    assertThat(source.udpCounters().ranOutCount()).isEqualTo(fake.receives.ranOut);
    assertThat(fake.receives.begun).isGreaterThanOrEqualTo(1 + fake.receives.ranOut);
    finish();
  }

  /** A source has its share, and no more, however much comes. */
  @Test
  void aPausedStreamKeepsNoMoreThanItsShare() {
    relay();
    rig.start();
    rig.proxy().pause(0);
    deliver(100, 100);
    rig.await("it has run out", () -> source.udpCounters().ranOutCount() > 0);
    assertThat(source.udpCounters().queuedSlots()).isEqualTo(CAPACITY);
    assertThat(rig.pool.free()).isEqualTo(SLOTS - CAPACITY);
    int begun = fake.receives.begun;
    rig.proxy().resume(0);
    rig.await("all are through", () -> fake.receives.waiting(source.fd()) == 0);
    assertThat(begun).as("receives without a slot").isEqualTo(1);
    rig.await("all are sent", () -> source.udpCounters().queuedSlots() == 0);
    finish();
  }

  @Test
  void anEmptyDatagramEndsTheReceiveAndNothingElse() {
    Stream stream = relay();
    rig.start();
    deliver(1, 100);
    deliver(1, 0);
    deliver(2, 100);
    rig.await("they are through", () -> stream.targets()[0].counters().datagrams() == 3);
    assertThat(source.udpCounters().emptyCount()).isEqualTo(1);
    assertThat(source.udpCounters().ranOutCount()).isZero();
    assertThat(fake.receives.begun).isEqualTo(2);
    finish();
  }

  @Test
  void aReceiveThatFailsIsTriedAgainAWhileLater() {
    fake.receives.nextError = Errno.ENOMEM;
    Stream stream = relay();
    deliver(3, 100);
    rig.start();
    rig.await("they are through", () -> stream.targets()[0].counters().datagrams() == 3);
    assertThat(source.udpCounters().failureCount()).isEqualTo(1);
    finish();
  }

  @Test
  void aStopCancelsTheReceiveAndWaitsForItsEnd() {
    relay();
    rig.start();
    rig.await("it is armed", () -> fake.receives.armed() == 1);
    fake.change(() -> fake.receives.slowCancels = 5);
    finish();
  }

  /** What the kernel drops is asked for at the end too. */
  @Test
  void dropsAreAskedForBeforeTheSocketGoes() {
    relay();
    rig.start();
    rig.await("it is armed", () -> fake.receives.armed() == 1);
    fake.change(() -> fake.drops = (1L << 32) - 1);
    rig.await("it is known", () -> source.udpCounters().kernelDrops() == (1L << 32) - 1);
    fake.change(() -> fake.drops = 4); // the kernel's 32 bits have wrapped
    finish();
    assertThat(source.udpCounters().kernelDrops()).isEqualTo((1L << 32) + 4);
  }

  @Test
  void aRemovedStreamGivesItsSlotsBackWhenTheKernelHasLetGo() {
    rig.start();
    Target[] targets = rig.targets(source, ADDRESS);
    Stream stream =
        new Stream(0, "s", source, SenderRig.unlimited(), targets, new StreamCounters());
    assertThat(rig.change(StreamChange.addTargets(stream, targets))).isZero();
    assertThat(rig.change(StreamChange.start(stream))).isZero();
    rig.await("it is armed", () -> fake.receives.armed() == 1);
    deliver(2, 100);
    rig.await("they are through", () -> targets[0].counters().datagrams() == 2);
    rig.await("their slots wait for others", () -> rig.pool.free() == SLOTS - CAPACITY);
    fake.change(() -> fake.receives.slowCancels = 1_000_000_000);
    assertThat(rig.change(StreamChange.halt(stream))).isZero();
    StreamChange removal = StreamChange.remove(stream, 0);
    assertThat(rig.proxy().change(removal)).isTrue();
    deliver(2, 100); // still received, as the cancellation is on its way
    rig.await("they are read", () -> source.counters().datagrams() == 4);
    assertThat(removal.isDone()).isFalse();
    fake.change(() -> fake.receives.slowCancels = 0);
    rig.await("it is removed", removal::isDone);
    assertThat(fake.receives.groups()).isZero();
    source.close();
    assertThat(rig.pool.free()).isEqualTo(SLOTS);
    rig.stop();
  }

  @Test
  void aRingThatCanNotReceiveRefusesTheStart() {
    fake.registerResults.put(KernelAbi.IORING_REGISTER_PBUF_RING, -Errno.EINVAL);
    relay();
    assertThatThrownBy(rig::start)
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("stream stream-0: receiving on its ring: EINVAL");
  }

  @Test
  void aStreamThatComesLaterFailsAlone() {
    fake.registerResults.put(KernelAbi.IORING_REGISTER_PBUF_RING, -Errno.ENOMEM);
    rig.start();
    Target[] targets = rig.targets(source, ADDRESS);
    StreamCounters counters = new StreamCounters();
    Stream stream = new Stream(0, "s", source, SenderRig.unlimited(), targets, counters);
    assertThat(rig.change(StreamChange.addTargets(stream, targets))).isZero();
    assertThat(rig.change(StreamChange.start(stream))).isEqualTo(Errno.ENOMEM);
    rig.await("it has failed", () -> counters.state() == StreamCounters.State.FAILED);
    assertThat(rig.change(StreamChange.halt(stream))).isZero();
    assertThat(rig.change(StreamChange.remove(stream, 0))).isZero();
    source.close();
    rig.stop();
  }
}
