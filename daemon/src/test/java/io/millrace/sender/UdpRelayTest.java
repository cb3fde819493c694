package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.buffer.BufferPool;
import io.millrace.counters.StreamCounters;
import io.millrace.stream.SourcePrefixes;
import io.millrace.stream.Stream;
import io.millrace.stream.TrainLimits;
import io.millrace.stream.UdpSocket;
import io.millrace.stream.UdpSource;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Datagrams in on the ring and out again, over loopback; on the kernel underneath. */
@Tag("kernel")
final class UdpRelayTest {
  private static final int CAPACITY = 16;

  /** Few enough for the buffer of a socket that nobody reads. */
  private static final int MANY = 120;

  private static final int DATAGRAM_BYTES = 1472;
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private SenderRig rig(int slotBytes) {
    SenderRig rig = SenderRig.onRealKernel(64, slotBytes);
    rig.makeRoom();
    open.add(rig);
    return rig;
  }

  private Receiver receiver() {
    Receiver receiver = Receiver.open();
    open.add(receiver);
    return receiver;
  }

  private static UdpSocket listen(SenderRig rig, boolean coalesce) {
    return UdpSocket.open(
        rig.kernel,
        new InetSocketAddress(LOOPBACK, freePort()),
        new UdpSocket.Options(UdpSocket.ANY_INTERFACE, List.of(), 1 << 20, coalesce, false));
  }

  private static int freePort() {
    try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
      return socket.getLocalPort();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static UdpSource source(SenderRig rig, SourcePrefixes allowed, int sample) {
    return new UdpSource(
        listen(rig, false), rig.slab, rig.references, CAPACITY, DATAGRAM_BYTES, allowed, sample);
  }

  /** Numbered datagrams of growing length. */
  private static void send(UdpSource to, int first, int count) {
    try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
      for (int number = first; number < first + count; number++) {
        byte[] payload = new byte[Long.BYTES + number % 1000];
        ByteBuffer.wrap(payload).putLong(number);
        socket.send(new DatagramPacket(payload, payload.length, to.address()));
      }
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  /** Whole, and in the order of the numbers. */
  private static void assertNumbered(List<byte[]> payloads, int step) {
    for (int index = 0; index < payloads.size(); index++) {
      byte[] payload = payloads.get(index);
      int number = index * step;
      assertThat(ByteBuffer.wrap(payload).getLong()).isEqualTo(number);
      assertThat(payload).hasSize(Long.BYTES + number % 1000);
    }
  }

  private static void assertInSequence(List<byte[]> payloads, UdpSource source) {
    List<Long> sequences = Receiver.sequences(payloads);
    for (int index = 0; index < sequences.size(); index++) {
      assertThat(sequences.get(index))
          .as(
              "number of datagram %d (%d came in, the kernel dropped %d)",
              index, source.counters().datagrams(), source.udpCounters().kernelDrops())
          .isEqualTo(index);
    }
  }

  @Test
  void everyDatagramGoesToEveryTargetInOrder() {
    SenderRig rig = rig(2048);
    UdpSource source = source(rig, SourcePrefixes.ALL, 1);
    Receiver one = receiver();
    Receiver other = receiver();
    Stream stream = rig.add(source, SenderRig.unlimited(), one.address(), other.address());
    rig.start();
    List<byte[]> atOne = new ArrayList<>();
    List<byte[]> atOther = new ArrayList<>();
    for (int sent = 0; sent < 3000; sent += 100) {
      CompletableFuture<List<byte[]>> ofOne = one.receive(100);
      CompletableFuture<List<byte[]>> ofOther = other.receive(100);
      send(source, sent, 100);
      // Taken in before there are more: a receiver without a CPU loses what its socket can't hold.
      atOne.addAll(ofOne.join());
      atOther.addAll(ofOther.join());
    }
    assertThat(atOne.size()).isEqualTo(3000);
    assertThat(atOther.size()).isEqualTo(3000);
    assertNumbered(atOne, 1);
    assertNumbered(atOther, 1);
    rig.stop();
    rig.assertBooksAreClosed();
    assertThat(stream.counters().offeredDatagrams()).isEqualTo(3000);
    assertThat(source.counters().datagrams()).isEqualTo(3000);
    assertThat(source.udpCounters().kernelDrops()).isZero();
    rig.assertEverySlotIsFree();
  }

  /** The pool is somebody else's for a while: the receive ends, and goes on when slots come. */
  @Test
  void whatComesWhileNoSlotIsFreeWaitsInTheSocket() {
    SenderRig rig = rig(2048);
    UdpSource source = source(rig, SourcePrefixes.ALL, 1);
    Receiver receiver = receiver();
    Stream stream = rig.add(source, SenderRig.unlimited(), receiver.address());
    rig.start();
    rig.await("the kernel has its slots", () -> rig.pool.free() == rig.pool.slots() - CAPACITY);
    List<Integer> taken = new ArrayList<>();
    for (int slot = rig.pool.claim(); slot != BufferPool.NONE; slot = rig.pool.claim()) {
      taken.add(slot);
    }
    CompletableFuture<List<byte[]>> received = receiver.receive(300);
    rig.proxy().pause(0);
    send(source, 0, 300);
    rig.await("the kernel has run out", () -> source.udpCounters().ranOutCount() > 0);
    assertThat(source.udpCounters().queuedSlots()).isEqualTo(CAPACITY);
    taken.forEach(rig.pool::release);
    rig.proxy().resume(0);
    assertThat(received.join()).hasSize(300);
    assertNumbered(received.join(), 1);
    rig.stop();
    rig.assertBooksAreClosed();
    assertThat(stream.counters().offeredDatagrams()).isEqualTo(300);
    rig.assertEverySlotIsFree();
  }

  @Test
  void oneInThreeIsTaken() {
    SenderRig rig = rig(2048);
    UdpSource source = source(rig, SourcePrefixes.ALL, 3);
    Receiver receiver = receiver();
    rig.add(source, SenderRig.unlimited(), receiver.address());
    rig.start();
    CompletableFuture<List<byte[]>> received = receiver.receive(34);
    send(source, 0, 100);
    assertThat(received.join()).hasSize(34);
    assertNumbered(received.join(), 3);
    assertThat(source.udpCounters().sampledOutCount()).isEqualTo(66);
    rig.stop();
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void whatIsNotAllowedOrTooLongOrEmptyIsLeftOut() throws IOException {
    SenderRig rig = rig(2048);
    SourcePrefixes allowed =
        new SourcePrefixes(
            List.of(
                new SourcePrefixes.Prefix(
                    InetAddress.ofLiteral("127.0.0.8").getAddress(), 29))); // .8 to .15
    UdpSource source = source(rig, allowed, 1);
    Receiver receiver = receiver();
    rig.add(source, SenderRig.unlimited(), receiver.address());
    rig.start();
    CompletableFuture<List<byte[]>> received = receiver.receive(2);
    for (String from : List.of("127.0.0.7", "127.0.0.8", "127.0.0.15", "127.0.0.16")) {
      try (DatagramSocket socket =
          new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(from), 0))) {
        byte[] name = from.getBytes(StandardCharsets.US_ASCII);
        socket.send(new DatagramPacket(new byte[0], 0, source.address()));
        socket.send(new DatagramPacket(new byte[1473], 1473, source.address()));
        socket.send(new DatagramPacket(new byte[3000], 3000, source.address()));
        socket.send(new DatagramPacket(name, name.length, source.address()));
      }
    }
    assertThat(received.join()).extracting(String::new).containsExactly("127.0.0.8", "127.0.0.15");
    rig.await("the last is looked at", () -> source.udpCounters().notAllowedCount() == 6);
    assertThat(source.udpCounters().emptyCount()).isEqualTo(4);
    assertThat(source.counters().malformedCount()).isEqualTo(4);
    rig.stop();
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  /** A queue in the socket that is too small for what comes while nobody reads. */
  @Test
  void whatTheKernelDropsIsCounted() {
    SenderRig rig = rig(2048);
    UdpSource source = source(rig, SourcePrefixes.ALL, 1);
    Receiver receiver = receiver();
    rig.add(source, SenderRig.unlimited(), receiver.address());
    rig.start();
    rig.proxy().pause(0);
    send(source, 0, 20_000);
    rig.proxy().resume(0);
    rig.await(
        "each is sent, or known to be dropped",
        () -> source.counters().datagrams() + source.udpCounters().kernelDrops() == 20_000);
    assertThat(source.udpCounters().kernelDrops()).isPositive();
    rig.stop();
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void aStreamComesAndGoesWhileTheRingRuns() {
    SenderRig rig = rig(2048);
    Receiver receiver = receiver();
    rig.start();
    for (int round = 0; round < 3; round++) {
      UdpSource source = source(rig, SourcePrefixes.ALL, 1);
      var targets = rig.targets(source, receiver.address());
      Stream stream =
          new Stream(0, "s", source, SenderRig.unlimited(), targets, new StreamCounters());
      assertThat(rig.change(StreamChange.addTargets(stream, targets))).isZero();
      assertThat(rig.change(StreamChange.start(stream))).isZero();
      CompletableFuture<List<byte[]>> received = receiver.receive(10);
      send(source, 0, 10);
      assertThat(received.join()).hasSize(10);
      assertThat(rig.change(StreamChange.halt(stream))).isZero();
      assertThat(rig.change(StreamChange.remove(stream, rig.drainTimeoutNs))).isZero();
      assertThat(rig.change(StreamChange.dropTargets(stream, targets, 0))).isZero();
      source.close();
      assertThat(rig.pool.free()).isEqualTo(rig.pool.slots());
    }
    rig.stop();
  }

  private static void sendToGroup(InetSocketAddress group, String from, String text)
      throws IOException {
    try (MulticastSocket socket =
        new MulticastSocket(new InetSocketAddress(InetAddress.ofLiteral(from), 0))) {
      socket.setNetworkInterface(NetworkInterface.getByName("lo"));
      byte[] payload = text.getBytes(StandardCharsets.US_ASCII);
      socket.send(new DatagramPacket(payload, payload.length, group));
    }
  }

  /** Groups of this machine alone, on loopback. */
  private UdpSource group(SenderRig rig, InetSocketAddress group, InetAddress... sources)
      throws IOException {
    UdpSocket socket =
        UdpSocket.open(
            rig.kernel,
            group,
            new UdpSocket.Options(
                NetworkInterface.getByName("lo").getIndex(),
                List.of(sources),
                1 << 20,
                false,
                false));
    return new UdpSource(
        socket, rig.slab, rig.references, CAPACITY, DATAGRAM_BYTES, SourcePrefixes.ALL, 1);
  }

  @Test
  void aGroupIsJoinedAndOthersOnItsPortAreNot() throws IOException {
    SenderRig rig = rig(2048);
    int port = freePort();
    InetSocketAddress joined = new InetSocketAddress(InetAddress.ofLiteral("239.255.77.1"), port);
    UdpSource source = group(rig, joined);
    UdpSource twin = group(rig, joined); // each gets every datagram
    Receiver receiver = receiver();
    Receiver ofTwin = receiver();
    rig.add(source, SenderRig.unlimited(), receiver.address());
    rig.add(twin, SenderRig.unlimited(), ofTwin.address());
    rig.start();
    CompletableFuture<List<byte[]>> received = receiver.receive(2);
    CompletableFuture<List<byte[]>> byTwin = ofTwin.receive(2);
    sendToGroup(joined, "127.0.0.5", "one");
    sendToGroup(
        new InetSocketAddress(InetAddress.ofLiteral("239.255.77.2"), port), "127.0.0.5", "other");
    sendToGroup(joined, "127.0.0.6", "two");
    assertThat(received.join()).extracting(String::new).containsExactly("one", "two");
    assertThat(byTwin.join()).extracting(String::new).containsExactly("one", "two");
    rig.stop();
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void ofAGroupWithSourcesOnlyTheirsIsTaken() throws IOException {
    SenderRig rig = rig(2048);
    InetSocketAddress joined =
        new InetSocketAddress(InetAddress.ofLiteral("232.255.77.3"), freePort());
    UdpSource source =
        group(rig, joined, InetAddress.ofLiteral("127.0.0.5"), InetAddress.ofLiteral("127.0.0.7"));
    Receiver receiver = receiver();
    rig.add(source, SenderRig.unlimited(), receiver.address());
    rig.start();
    CompletableFuture<List<byte[]>> received = receiver.receive(2);
    for (String from : List.of("127.0.0.4", "127.0.0.5", "127.0.0.6", "127.0.0.7")) {
      sendToGroup(joined, from, from);
    }
    assertThat(received.join()).extracting(String::new).containsExactly("127.0.0.5", "127.0.0.7");
    rig.stop();
    assertThat(source.counters().datagrams()).isEqualTo(2);
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  private static void skipWithoutIpv6() throws IOException {
    if (!NetworkInterface.getByName("lo")
        .inetAddresses()
        .anyMatch(Inet6Address.class::isInstance)) {
      System.err.println("skipped: loopback has no IPv6 address");
      Assumptions.abort("loopback has no IPv6 address");
    }
  }

  /** No route leads to a group over loopback, so nothing can be sent; the join is in the list. */
  @Test
  void anIpv6GroupIsJoinedToo() throws IOException {
    skipWithoutIpv6();
    SenderRig rig = rig(2048);
    Path list = Path.of("/proc/self/net/igmp6");
    String group = "ff01000000000000000000004d4d0001";
    assertThat(Files.readString(list)).doesNotContain(group);
    UdpSource source =
        group(rig, new InetSocketAddress(InetAddress.ofLiteral("ff01::4d4d:1"), freePort()));
    assertThat(Files.readString(list)).contains(group);
    source.close();
    assertThat(Files.readString(list)).doesNotContain(group);
  }

  @Test
  void ipv6IsRelayedByPrefixToo() throws IOException {
    skipWithoutIpv6();
    SenderRig rig = rig(2048);
    InetAddress loopback = InetAddress.ofLiteral("::1");
    UdpSocket.Options options =
        new UdpSocket.Options(UdpSocket.ANY_INTERFACE, List.of(), 1 << 20, false, false);
    SourcePrefixes allowed =
        new SourcePrefixes(List.of(new SourcePrefixes.Prefix(loopback.getAddress(), 128)));
    UdpSource source =
        new UdpSource(
            UdpSocket.open(rig.kernel, new InetSocketAddress(loopback, freePort()), options),
            rig.slab,
            rig.references,
            CAPACITY,
            DATAGRAM_BYTES,
            allowed,
            1);
    Receiver receiver = receiver();
    rig.add(source, SenderRig.unlimited(), receiver.address());
    rig.start();
    CompletableFuture<List<byte[]>> received = receiver.receive(1);
    try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(loopback, 0))) {
      socket.send(new DatagramPacket(new byte[] {6}, 1, source.address()));
    }
    assertThat(received.join()).hasSize(1);
    assertThat(received.join().getFirst()).containsExactly(6);
    rig.stop();
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  /**
   * Trains from the generator of another ring are relayed whole and in order.
   *
   * @param relayBytes the relay's datagram size
   * @return requests that the relay's ring took for them
   */
  private long relayTrains(int relayBytes, int sentBytes) {
    SenderRig rig = rig(67_584);
    rig.trains = new TrainLimits(64);
    UdpSource source =
        new UdpSource(
            listen(rig, true),
            rig.slab,
            rig.references,
            CAPACITY,
            relayBytes,
            SourcePrefixes.ALL,
            1);
    Receiver receiver = receiver();
    rig.add(source, SenderRig.unlimited(), receiver.address());
    SenderRig from = rig(65_536);
    from.trains = new TrainLimits(40);
    Stream sent =
        from.add(from.generator(sentBytes, MANY), SenderRig.unlimited(), source.address());
    rig.start();
    CompletableFuture<List<byte[]>> received = receiver.receive(MANY);
    from.start();
    from.awaitEnded(sent);
    assertThat(received.join().stream().map(payload -> payload.length).distinct().toList())
        .containsExactly(sentBytes);
    assertInSequence(received.join(), source);
    from.stop();
    rig.stop();
    assertThat(source.udpCounters().trainCount()).isPositive();
    rig.assertBooksOfTargetsAreClosed();
    rig.assertEverySlotIsFree();
    return rig.counters.requests();
  }

  @Test
  void trainsComeAndLeaveAsTrains() {
    assertThat(relayTrains(1000, 1000)).as("requests").isLessThan(MANY);
  }

  /** Their datagrams lie in one slot, and are sent one by one. */
  @Test
  void trainsOfAnotherSizeFallApart() {
    assertThat(relayTrains(1200, 700)).as("requests").isGreaterThanOrEqualTo(MANY);
  }
}
