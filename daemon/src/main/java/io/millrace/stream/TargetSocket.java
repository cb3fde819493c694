package io.millrace.stream;

import io.millrace.shim.Endpoint;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;

/**
 * A connected UDP socket to one target: the route is looked up once, and errors that come back
 * belong to this target alone. Any thread.
 */
public final class TargetSocket implements AutoCloseable {
  /**
   * Nobody reads from this socket; what arrives all the same, and ICMP errors, must not pile up.
   */
  private static final int RECEIVE_BUFFER_BYTES = 4096;

  /** For {@link Options}: what the kernel does by itself. */
  public static final int DEFAULT = -1;

  private static final int DSCP_SHIFT = 2;

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
   */
  public record Options(
      int ttl, int interfaceIndex, int dscp, int sendBufferBytes, long pacingBytesPerSecond) {
    /** Without pacing. */
    public Options(int ttl, int interfaceIndex, int dscp, int sendBufferBytes) {
      this(ttl, interfaceIndex, dscp, sendBufferBytes, 0);
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
      socket.configure(options);
      socket.connect(address);
      return socket;
    } catch (SocketException refused) {
      kernel.close(fd);
      throw refused;
    }
  }

  private void configure(Options options) {
    set("SO_RCVBUF", KernelAbi.SOL_SOCKET, KernelAbi.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
    // The privileged form first: it may go beyond net.core.wmem_max. A full send buffer makes the
    // kernel retry from its
    // poll code, out of order, so the buffer is made large.
    if (kernel.socketSet(
            fd, KernelAbi.SOL_SOCKET, KernelAbi.SO_SNDBUFFORCE, options.sendBufferBytes())
        < 0) {
      set("SO_SNDBUF", KernelAbi.SOL_SOCKET, KernelAbi.SO_SNDBUF, options.sendBufferBytes());
    }
    // Without RECVERR the kernel keeps an ENOBUFS of the device's queue to itself (udp(7), ip(7)).
    if (ipv6) {
      set("IPV6_RECVERR", KernelAbi.IPPROTO_IPV6, KernelAbi.IPV6_RECVERR, 1);
    } else {
      set("IP_RECVERR", KernelAbi.IPPROTO_IP, KernelAbi.IP_RECVERR, 1);
    }
    if (options.interfaceIndex() != DEFAULT) {
      set(
          "SO_BINDTOIFINDEX",
          KernelAbi.SOL_SOCKET,
          KernelAbi.SO_BINDTOIFINDEX,
          options.interfaceIndex());
    }
    if (options.pacingBytesPerSecond() != 0) {
      // Once: a datagram socket's rate can be lowered later, never raised (sock_setsockopt takes
      // the
      // minimum of the old rate and the new one).
      set(
          "SO_MAX_PACING_RATE",
          KernelAbi.SOL_SOCKET,
          KernelAbi.SO_MAX_PACING_RATE,
          (int) options.pacingBytesPerSecond());
    }
    if (options.ttl() != DEFAULT) {
      setTtl(options.ttl());
    }
    if (options.dscp() != DEFAULT) {
      int trafficClass = options.dscp() << DSCP_SHIFT;
      if (ipv6) {
        set("IPV6_TCLASS", KernelAbi.IPPROTO_IPV6, KernelAbi.IPV6_TCLASS, trafficClass);
      } else {
        set("IP_TOS", KernelAbi.IPPROTO_IP, KernelAbi.IP_TOS, trafficClass);
      }
    }
  }

  private void setTtl(int ttl) {
    if (ipv6) {
      set("IPV6_UNICAST_HOPS", KernelAbi.IPPROTO_IPV6, KernelAbi.IPV6_UNICAST_HOPS, ttl);
      set("IPV6_MULTICAST_HOPS", KernelAbi.IPPROTO_IPV6, KernelAbi.IPV6_MULTICAST_HOPS, ttl);
    } else {
      set("IP_TTL", KernelAbi.IPPROTO_IP, KernelAbi.IP_TTL, ttl);
      set("IP_MULTICAST_TTL", KernelAbi.IPPROTO_IP, KernelAbi.IP_MULTICAST_TTL, ttl);
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

  private void set(String name, int level, int option, int value) {
    int result = kernel.socketSet(fd, level, option, value);
    if (result < 0) {
      throw failure(kernel, "setsockopt " + name + " = " + value, result);
    }
  }

  private static SocketException failure(Kernel kernel, String call, int result) {
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

  public int fd() {
    return fd;
  }

  public boolean ipv6() {
    return ipv6;
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
