package io.millrace.stream;

import io.millrace.shim.Endpoint;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connected UDP socket to one target: the route is looked up once, and errors that come back
 * belong to this target alone. Any thread.
 */
public final class TargetSocket implements AutoCloseable {
  /** For {@link Options}: what the kernel does by itself. */
  public static final int DEFAULT = -1;

  /**
   * Socket options.
   *
   * @param ttl time to live or hop limit, 1 to 255, or {@link #DEFAULT}
   * @param interfaceIndex the interface to leave by, or {@link #DEFAULT}
   * @param dscp 0 to 63, or {@link #DEFAULT}
   * @param sendBufferBytes SO_SNDBUF to ask for; the kernel grants at most net.core.wmem_max
   *     without CAP_NET_ADMIN
   * @param pacingBytesPerSecond SO_MAX_PACING_RATE, 1 to 2^32 - 2, headers included, for a qdisc
   *     that spaces by it; 0: none
   * @param from where to send from, port 0 for any; null: as the route says
   * @param mark SO_MARK, 0 to 2^32 - 1, or {@link #DEFAULT}
   * @param mtuDiscovery IP_MTU_DISCOVER, or {@link #DEFAULT}
   * @param multicastLoop whether this machine gets what goes to a group that it is a member of
   * @param broadcast whether a broadcast address is allowed
   */
  public record Options(
      int ttl,
      int interfaceIndex,
      int dscp,
      int sendBufferBytes,
      long pacingBytesPerSecond,
      @Nullable InetSocketAddress from,
      long mark,
      int mtuDiscovery,
      boolean multicastLoop,
      boolean broadcast) {
    /** With nothing else. */
    public Options(int ttl, int interfaceIndex, int dscp, int sendBufferBytes) {
      this(ttl, interfaceIndex, dscp, sendBufferBytes, 0, null, DEFAULT, DEFAULT, true, false);
    }
  }

  /** A socket can't be made; the message names the call and the errno. */
  public static final class SocketException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int error;

    SocketException(String message, int error) {
      super(message);
      this.error = error;
    }

    /** The errno, positive. */
    public int error() {
      return error;
    }
  }

  private final Kernel kernel;
  private final int fd;
  private final boolean ipv6;
  private final InetSocketAddress address;
  private final int interfaceIndex;
  private TxTime txTime = TxTime.NONE;

  private TargetSocket(
      Kernel kernel, int fd, boolean ipv6, InetSocketAddress address, int interfaceIndex) {
    this.kernel = kernel;
    this.fd = fd;
    this.ipv6 = ipv6;
    this.address = address;
    this.interfaceIndex = interfaceIndex;
  }

  /**
   * Opens and connects.
   *
   * @param address a resolved address
   * @throws SocketException if the kernel refuses
   */
  public static TargetSocket open(Kernel kernel, InetSocketAddress address, Options options) {
    int family = Endpoint.family(address.getAddress());
    int fd = kernel.udpSocket(family);
    if (fd < 0) {
      throw failure(kernel, "socket", fd);
    }
    TargetSocket socket =
        new TargetSocket(
            kernel, fd, family == KernelAbi.AF_INET6, address, options.interfaceIndex());
    try {
      new SocketSetup(kernel, fd, socket.ipv6).apply(options);
      socket.connect(address);
      return socket;
    } catch (SocketException refused) {
      kernel.close(fd);
      throw refused;
    }
  }

  private void connect(InetSocketAddress address) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment peer = Endpoint.of(address, arena);
      int result = kernel.socketConnect(fd, peer);
      if (result < 0) {
        throw failure(kernel, "connect", result);
      }
    }
  }

  static SocketException failure(Kernel kernel, String call, int result) {
    return new SocketException(call + ": " + kernel.errnoName(-result), -result);
  }

  /**
   * Makes the kernel cut what is sent into datagrams of this size, if it and the path can.
   *
   * @return whether they can, as far as can be told before sending
   */
  public boolean segment(int datagramBytes) {
    return TrainLimits.pathTakes(datagramBytes, ipv6, mtu())
        && kernel.socketSet(fd, KernelAbi.SOL_UDP, KernelAbi.UDP_SEGMENT, datagramBytes) >= 0;
  }

  /**
   * Lets its datagrams bring the times at which they are to leave, as the queueing discipline on
   * the way takes them; before the socket is used.
   *
   * @throws SocketException if the kernel refuses
   */
  public void txTime(TxTime wanted) {
    int result = kernel.socketTxTime(fd, wanted.clock());
    if (result < 0) {
      throw failure(kernel, "setsockopt SO_TXTIME", result);
    }
    txTime = wanted;
  }

  /** How its datagrams bring their times; {@link TxTime#NONE}: not at all. */
  public TxTime txTime() {
    return txTime;
  }

  public int fd() {
    return fd;
  }

  /** Where it is connected to. */
  public InetSocketAddress address() {
    return address;
  }

  public boolean ipv6() {
    return ipv6;
  }

  /** Bytes that the kernel has granted of those asked for as send buffer; or -errno. */
  public int sendBufferBytes() {
    int doubled = kernel.socketGet(fd, KernelAbi.SOL_SOCKET, KernelAbi.SO_SNDBUF);
    return doubled < 0 ? doubled : doubled / 2; // socket(7): it doubles what was set
  }

  /** The path MTU that the kernel knows for this target, in bytes with IP header; or -errno. */
  public int mtu() {
    return ipv6
        ? kernel.socketGet(fd, KernelAbi.IPPROTO_IPV6, KernelAbi.IPV6_MTU)
        : kernel.socketGet(fd, KernelAbi.IPPROTO_IP, KernelAbi.IP_MTU);
  }

  /** The index of the interface that its datagrams leave by, or -errno. */
  public int device() {
    try (Arena arena = Arena.ofConfined()) {
      return kernel.routeDevice(Endpoint.of(address, arena), Math.max(0, interfaceIndex));
    }
  }

  @Override
  public void close() {
    int result = kernel.close(fd);
    assert result == 0 : "close: " + kernel.errnoName(-result);
  }
}
