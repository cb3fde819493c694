package io.millrace.shim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bindings: every argument and result arrives on the other side as what it was. */
@Tag("kernel")
final class NativeKernelTest {
  private final Kernel kernel = NativeKernel.load();

  @Test
  void itLoadsAnyNumberOfTimes() {
    assertThat(NativeKernel.load()).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"1, EPERM", "38, ENOSYS", "90, EMSGSIZE", "111, ECONNREFUSED", "4711, errno 4711"})
  void errnoValuesHaveNames(int error, String name) {
    assertThat(kernel.errnoName(error)).isEqualTo(name);
  }

  @Test
  void theNamesOfErrnoAreTheKernels() throws IllegalAccessException {
    for (var field : Errno.class.getFields()) {
      assertThat(kernel.errnoName(field.getInt(null))).isEqualTo(field.getName());
    }
  }

  @Test
  void failuresAreNegativeErrnoValues() {
    assertThat(kernel.close(-1)).isEqualTo(-Errno.EBADF);
    assertThat(kernel.udpSocket(12345)).isNegative();
    assertThat(kernel.memoryUnmap(1, 4096)).isEqualTo(-Errno.EINVAL);
  }

  @Test
  void memoryIsMappedZeroedAndUnmapped() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(JAVA_LONG);
      assertThat(kernel.memoryMap(8192, KernelAbi.MR_PAGES_NORMAL, address)).isZero();
      long base = address.get(JAVA_LONG, 0);
      assertThat(base % 4096).isZero();
      assertThat(kernel.memoryUnmap(base, 8192)).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1", "::1"})
  void aDatagramArrivesWithTheBytesAndTheLengthThatWereSent(String address) {
    InetAddress loopback = InetAddress.ofLiteral(address);
    int receiver = kernel.udpSocket(Endpoint.family(loopback));
    int sender = kernel.udpSocket(Endpoint.family(loopback));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment local = Endpoint.of(new InetSocketAddress(loopback, 0), arena);
      assertThat(kernel.socketBind(receiver, local)).isZero();
      assertThat(kernel.socketLocal(receiver, local)).isZero();
      InetSocketAddress bound = Endpoint.toAddress(local);
      assertThat(bound.getAddress()).isEqualTo(loopback);
      assertThat(bound.getPort()).isPositive();
      assertThat(kernel.socketConnect(sender, local)).isZero();
      MemorySegment data = arena.allocateFrom("millrace");
      assertThat(kernel.socketSend(sender, data, 8)).isEqualTo(8);

      assertThat(kernel.receiveTimeout(receiver, 5_000_000_000L)).isZero();
      MemorySegment slots = arena.allocate(2 * 64, 64);
      MemorySegment scratch = arena.allocate(kernel.receiveScratchBytes(2), 64);
      MemorySegment received = arena.allocate(2 * KernelAbi.MR_RECEIVED_SIZE, 8);
      assertThat(kernel.receiveBatch(receiver, slots, 64, 2, scratch, received)).isEqualTo(1);
      assertThat(slots.asSlice(0, 8).toArray(JAVA_BYTE)).isEqualTo("millrace".getBytes(UTF_8));
      assertThat(slots.get(JAVA_BYTE, 8)).isZero();
    } finally {
      kernel.close(receiver);
      kernel.close(sender);
    }
  }

  @Test
  void receivingGivesUpAfterItsTimeout() {
    int socket = kernel.udpSocket(KernelAbi.AF_INET);
    try (Arena arena = Arena.ofConfined()) {
      InetSocketAddress loopback = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
      assertThat(kernel.socketBind(socket, Endpoint.of(loopback, arena))).isZero();
      assertThat(kernel.receiveTimeout(socket, 1_000_000)).isZero();
      MemorySegment scratch = arena.allocate(kernel.receiveScratchBytes(1), 64);
      MemorySegment received = arena.allocate(KernelAbi.MR_RECEIVED_SIZE, 8);
      assertThat(kernel.receiveBatch(socket, arena.allocate(64), 64, 1, scratch, received))
          .isEqualTo(-Errno.EAGAIN);
    } finally {
      kernel.close(socket);
    }
  }

  @Test
  void socketOptionsAreReadBackAsTheyWereSet() {
    int socket = kernel.udpSocket(KernelAbi.AF_INET);
    assertThat(kernel.socketSet(socket, KernelAbi.IPPROTO_IP, KernelAbi.IP_TTL, 37)).isZero();
    assertThat(kernel.socketGet(socket, KernelAbi.IPPROTO_IP, KernelAbi.IP_TTL)).isEqualTo(37);
    assertThat(kernel.socketSet(socket, KernelAbi.IPPROTO_IP, KernelAbi.IP_TTL, 256))
        .isEqualTo(-Errno.EINVAL);
    assertThat(kernel.close(socket)).isZero();
  }

  @Test
  void theRealtimeClockIsTheSystems() {
    Instant read = Instant.EPOCH.plusNanos(kernel.realtimeNs());
    assertThat(read).isCloseTo(Instant.now(), within(2, ChronoUnit.SECONDS));
  }

  @Test
  void aThreadsCpuTimeGrows() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment user = arena.allocate(JAVA_LONG);
      MemorySegment system = arena.allocate(JAVA_LONG);
      assertThat(kernel.threadCpuTime(user, system)).isZero();
      long before = user.get(JAVA_LONG, 0) + system.get(JAVA_LONG, 0);
      long deadlineNs = System.nanoTime() + Duration.ofSeconds(5).toNanos();
      long after = before;
      while (after == before && System.nanoTime() - deadlineNs < 0) {
        kernel.threadCpuTime(user, system);
        after = user.get(JAVA_LONG, 0) + system.get(JAVA_LONG, 0);
      }
      assertThat(after).isGreaterThan(before);
    }
  }

  @Test
  void limitsAreReadInBytesAndDescriptors() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment soft = arena.allocate(JAVA_LONG);
      MemorySegment hard = arena.allocate(JAVA_LONG);
      assertThat(kernel.limitFiles(soft, hard)).isZero();
      assertThat(Long.compareUnsigned(soft.get(JAVA_LONG, 0), hard.get(JAVA_LONG, 0)))
          .isNotPositive();
      assertThat(soft.get(JAVA_LONG, 0)).isNotZero();
      assertThat(kernel.limitMemlock(soft, hard)).isZero();
      assertThat(Long.compareUnsigned(soft.get(JAVA_LONG, 0), hard.get(JAVA_LONG, 0)))
          .isNotPositive();
    }
  }

  @Test
  void theCallingThreadMayRunSomewhere() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(JAVA_LONG, 16);
      int cpus = kernel.threadCpus(mask, 16);
      assertThat(cpus).isPositive();
      int bits = 0;
      for (int word = 0; word < 16; word++) {
        bits += Long.bitCount(mask.getAtIndex(JAVA_LONG, word));
      }
      assertThat(bits).isEqualTo(cpus);
    }
  }
}
