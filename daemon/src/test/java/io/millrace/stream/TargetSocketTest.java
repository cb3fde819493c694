package io.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import io.millrace.shim.NativeKernel;
import io.millrace.uring.PartialKernel;
import java.lang.foreign.MemorySegment;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
final class TargetSocketTest {
  private static final int DEFAULT = TargetSocket.DEFAULT;
  private static final TargetSocket.Options PLAIN =
      new TargetSocket.Options(DEFAULT, DEFAULT, DEFAULT, 65_536);

  private final Kernel kernel = NativeKernel.load();

  private static InetSocketAddress address(String literal) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), 5004);
  }

  /** A kernel that notes what it is asked, and refuses some of it. */
  @SuppressWarnings("UnusedMethod")
  public static final class SocketKernel {
    final List<String> calls = new ArrayList<>();
    int refusedOption = -1;
    int refusal;
    int connectResult;

    public int udpSocket(int family) {
      return 42;
    }

    public int socketSet(int fd, int level, int option, int value) {
      calls.add(level + "/" + option + " = " + value);
      return option == refusedOption ? refusal : 0;
    }

    public int socketConnect(int fd, MemorySegment peer) {
      return connectResult;
    }

    public int close(int fd) {
      calls.add("close " + fd);
      return 0;
    }
  }

  @Test
  void optionsOfAnIpv4SocketAreTheKernels() {
    TargetSocket.Options options = new TargetSocket.Options(37, DEFAULT, 46, 65_536);
    try (TargetSocket socket = TargetSocket.open(kernel, address("127.0.0.1"), options)) {
      int fd = socket.fd();
      assertThat(kernel.socketGet(fd, KernelAbi.IPPROTO_IP, KernelAbi.IP_TTL)).isEqualTo(37);
      assertThat(kernel.socketGet(fd, KernelAbi.IPPROTO_IP, KernelAbi.IP_MULTICAST_TTL))
          .isEqualTo(37);
      assertThat(kernel.socketGet(fd, KernelAbi.IPPROTO_IP, KernelAbi.IP_TOS)).isEqualTo(46 << 2);
      assertThat(kernel.socketGet(fd, KernelAbi.IPPROTO_IP, KernelAbi.IP_RECVERR)).isEqualTo(1);
      assertThat(kernel.socketGet(fd, KernelAbi.SOL_SOCKET, KernelAbi.SO_SNDBUF))
          .as("the kernel doubles it")
          .isEqualTo(131_072);
      assertThat(kernel.socketGet(fd, KernelAbi.SOL_SOCKET, KernelAbi.SO_RCVBUF))
          .isLessThanOrEqualTo(8192);
      assertThat(socket.mtu()).as("no IPv4 packet is longer").isEqualTo(65_535);
    }
  }

  @Test
  void optionsOfAnIpv6SocketAreTheKernels() {
    TargetSocket.Options options = new TargetSocket.Options(37, DEFAULT, 46, 65_536);
    TargetSocket opened;
    try {
      opened = TargetSocket.open(kernel, address("::1"), options);
    } catch (TargetSocket.SocketException refused) {
      System.out.println("skipped, no IPv6 here: " + refused.getMessage());
      Assumptions.abort("no IPv6 here");
      return;
    }
    try (TargetSocket socket = opened) {
      int fd = socket.fd();
      assertThat(kernel.socketGet(fd, KernelAbi.IPPROTO_IPV6, KernelAbi.IPV6_UNICAST_HOPS))
          .isEqualTo(37);
      assertThat(kernel.socketGet(fd, KernelAbi.IPPROTO_IPV6, KernelAbi.IPV6_MULTICAST_HOPS))
          .isEqualTo(37);
      assertThat(kernel.socketGet(fd, KernelAbi.IPPROTO_IPV6, KernelAbi.IPV6_TCLASS))
          .isEqualTo(46 << 2);
      assertThat(kernel.socketGet(fd, KernelAbi.IPPROTO_IPV6, KernelAbi.IPV6_RECVERR)).isEqualTo(1);
      assertThat(socket.mtu()).isEqualTo(65_536);
    }
  }

  @Test
  void pacingRateIsTheKernels() {
    TargetSocket.Options options =
        new TargetSocket.Options(
            DEFAULT, DEFAULT, DEFAULT, 65_536, 1_250_000, null, DEFAULT, DEFAULT, true, false);
    try (TargetSocket socket = TargetSocket.open(kernel, address("127.0.0.1"), options)) {
      assertThat(kernel.socketGet(socket.fd(), KernelAbi.SOL_SOCKET, KernelAbi.SO_MAX_PACING_RATE))
          .isEqualTo(1_250_000);
    }
  }

  /** From there, with everything that has no test of its own. */
  private static TargetSocket.Options from(String literal, int port) {
    InetSocketAddress local = new InetSocketAddress(InetAddress.ofLiteral(literal), port);
    return new TargetSocket.Options(
        DEFAULT, DEFAULT, DEFAULT, 65_536, 0, local, DEFAULT, 2, false, true);
  }

  @Test
  void sourceAndRarerOptionsOfAnIpv4SocketAreTheKernels() throws Exception {
    try (DatagramSocket receiver = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
        TargetSocket socket =
            TargetSocket.open(
                kernel,
                new InetSocketAddress(receiver.getLocalAddress(), receiver.getLocalPort()),
                from("127.0.0.2", 0))) {
      int fd = socket.fd();
      assertThat(kernel.socketGet(fd, KernelAbi.IPPROTO_IP, KernelAbi.IP_MTU_DISCOVER))
          .isEqualTo(2);
      assertThat(kernel.socketGet(fd, KernelAbi.IPPROTO_IP, KernelAbi.IP_MULTICAST_LOOP)).isZero();
      assertThat(kernel.socketGet(fd, KernelAbi.SOL_SOCKET, KernelAbi.SO_BROADCAST)).isEqualTo(1);
    }
  }

  @Test
  void sourceAndRarerOptionsOfAnIpv6SocketAreTheKernels() {
    TargetSocket opened;
    try {
      opened = TargetSocket.open(kernel, address("::1"), from("::1", 0));
    } catch (TargetSocket.SocketException refused) {
      System.out.println("skipped, no IPv6 here: " + refused.getMessage());
      Assumptions.abort("no IPv6 here");
      return;
    }
    try (TargetSocket socket = opened) {
      int fd = socket.fd();
      assertThat(kernel.socketGet(fd, KernelAbi.IPPROTO_IPV6, KernelAbi.IPV6_MTU_DISCOVER))
          .isEqualTo(2);
      assertThat(kernel.socketGet(fd, KernelAbi.IPPROTO_IPV6, KernelAbi.IPV6_MULTICAST_LOOP))
          .isZero();
    }
  }

  @Test
  void targetsMaySendFromTheSamePort() throws Exception {
    try (DatagramSocket other = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.3"));
        TargetSocket first =
            TargetSocket.open(
                kernel, address("127.0.0.1"), from("127.0.0.2", other.getLocalPort()));
        TargetSocket second =
            TargetSocket.open(
                kernel, address("127.0.0.1"), from("127.0.0.2", other.getLocalPort()))) {
      assertThat(first.fd()).isNotEqualTo(second.fd());
    }
  }

  @Test
  void anAddressOfNobodyHereIsRefused() {
    assertThatThrownBy(() -> TargetSocket.open(kernel, address("127.0.0.1"), from("192.0.2.1", 7)))
        .isInstanceOf(TargetSocket.SocketException.class)
        .hasMessage("bind to /192.0.2.1:7: EADDRNOTAVAIL");
  }

  @Test
  void aMarkIsSet() {
    SocketKernel fake = new SocketKernel();
    TargetSocket.Options marked =
        new TargetSocket.Options(
            DEFAULT, DEFAULT, DEFAULT, 65_536, 0, null, 0xffff_fffeL, DEFAULT, true, false);
    TargetSocket.open(PartialKernel.of(fake), address("127.0.0.1"), marked);
    assertThat(fake.calls).contains("1/36 = -2");
  }

  @Test
  void deviceIsThatOfTheRoute() throws Exception {
    try (TargetSocket socket = TargetSocket.open(kernel, address("127.0.0.1"), PLAIN)) {
      assertThat(socket.device()).isEqualTo(NetworkInterface.getByName("lo").getIndex());
    }
  }

  @Test
  void whatIsNotConfiguredIsLeftToTheKernel() {
    SocketKernel fake = new SocketKernel();
    TargetSocket.open(PartialKernel.of(fake), address("127.0.0.1"), PLAIN);
    assertThat(fake.calls)
        .containsExactly(
            "1/8 = 4096", // SO_RCVBUF
            "1/32 = 65536", // SO_SNDBUFFORCE
            "0/11 = 1"); // IP_RECVERR
  }

  @Test
  void theInterfaceIsBoundByItsIndex() throws Exception {
    int loopback = NetworkInterface.getByName("lo").getIndex();
    TargetSocket.Options options = new TargetSocket.Options(DEFAULT, loopback, DEFAULT, 65_536);
    try (TargetSocket socket = TargetSocket.open(kernel, address("127.0.0.1"), options)) {
      assertThat(kernel.socketGet(socket.fd(), KernelAbi.SOL_SOCKET, KernelAbi.SO_BINDTOIFINDEX))
          .isEqualTo(loopback);
    }
  }

  @Test
  void withoutThePrivilegeTheSendBufferIsAskedForInTheOrdinaryWay() {
    SocketKernel fake = new SocketKernel();
    fake.refusedOption = KernelAbi.SO_SNDBUFFORCE;
    fake.refusal = -Errno.EPERM;
    TargetSocket.open(PartialKernel.of(fake), address("127.0.0.1"), PLAIN);
    assertThat(fake.calls).contains("1/32 = 65536", "1/7 = 65536");
  }

  @Test
  void aRefusedOptionIsNamedWithItsValueAndTheSocketIsClosed() {
    SocketKernel fake = new SocketKernel();
    fake.refusedOption = KernelAbi.SO_BINDTOIFINDEX;
    fake.refusal = -Errno.EPERM;
    TargetSocket.Options options = new TargetSocket.Options(DEFAULT, 3, DEFAULT, 65_536);
    assertThatThrownBy(
            () -> TargetSocket.open(PartialKernel.of(fake), address("127.0.0.1"), options))
        .isInstanceOf(TargetSocket.SocketException.class)
        .hasMessage("setsockopt SO_BINDTOIFINDEX = 3: EPERM")
        .extracting("error")
        .isEqualTo(Errno.EPERM);
    assertThat(fake.calls).endsWith("close 42");
  }

  @Test
  void theKernelsOwnRefusalReadsTheSame() {
    TargetSocket.Options options = new TargetSocket.Options(256, DEFAULT, DEFAULT, 65_536);
    assertThatThrownBy(() -> TargetSocket.open(kernel, address("127.0.0.1"), options))
        .isInstanceOf(TargetSocket.SocketException.class)
        .hasMessage("setsockopt IP_TTL = 256: EINVAL");
  }

  @Test
  void aRefusedConnectIsNamedAndTheSocketIsClosed() {
    SocketKernel fake = new SocketKernel();
    fake.connectResult = -Errno.ENETUNREACH;
    assertThatThrownBy(() -> TargetSocket.open(PartialKernel.of(fake), address("127.0.0.1"), PLAIN))
        .isInstanceOf(TargetSocket.SocketException.class)
        .hasMessage("connect: ENETUNREACH");
    assertThat(fake.calls).endsWith("close 42");
  }

  @Test
  void aMachineWithoutTheAddressFamilyIsReported() {
    Kernel nothing = PartialKernel.of(new Object());
    assertThatThrownBy(() -> TargetSocket.open(nothing, address("::1"), PLAIN))
        .isInstanceOf(TargetSocket.SocketException.class)
        .hasMessage("socket: ENOSYS");
  }
}
