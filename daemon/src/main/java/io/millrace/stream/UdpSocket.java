package io.millrace.stream;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.shim.Endpoint;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import io.millrace.stream.TargetSocket.SocketException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** A bound UDP socket that datagrams are received from. Any thread. */
public final class UdpSocket implements AutoCloseable {
  /** For {@link Options#interfaceIndex}: any, or as the routing table says. */
  public static final int ANY_INTERFACE = 0;

  /**
   * How it receives.
   *
   * @param interfaceIndex where a group is joined, or the only interface that it listens on, or
   *     {@link #ANY_INTERFACE}
   * @param sources of a group that are listened to; empty: all
   * @param receiveBufferBytes SO_RCVBUF to ask for; the kernel grants at most net.core.rmem_max
   *     without CAP_NET_ADMIN
   * @param coalesce trains are received as such (UDP_GRO), where the kernel can (5.0)
   * @param shared another socket of ours has the address, which this one takes over
   */
  public record Options(
      int interfaceIndex,
      List<InetAddress> sources,
      int receiveBufferBytes,
      boolean coalesce,
      boolean shared) {
    public Options {
      sources = List.copyOf(sources);
    }
  }

  private final Kernel kernel;
  private final int fd;
  private final InetSocketAddress address;
  private boolean coalesces;

  private UdpSocket(Kernel kernel, int fd, InetSocketAddress address) {
    this.kernel = kernel;
    this.fd = fd;
    this.address = address;
  }

  /**
   * Opens, binds and, if the address is a multicast group, joins.
   *
   * @throws SocketException if the kernel refuses
   */
  public static UdpSocket open(Kernel kernel, InetSocketAddress address, Options options) {
    int fd = kernel.udpSocket(Endpoint.family(address.getAddress()));
    if (fd < 0) {
      throw new SocketException("socket: " + kernel.errnoName(-fd), -fd);
    }
    UdpSocket socket = new UdpSocket(kernel, fd, address);
    try {
      socket.configure(options);
      return socket;
    } catch (SocketException refused) {
      socket.close();
      throw refused;
    }
  }

  private void configure(Options options) {
    boolean ipv6 = Endpoint.family(address.getAddress()) == KernelAbi.AF_INET6;
    boolean group = address.getAddress().isMulticastAddress();
    if (kernel.socketSet(
            fd, KernelAbi.SOL_SOCKET, KernelAbi.SO_RCVBUFFORCE, options.receiveBufferBytes())
        < 0) {
      set("SO_RCVBUF", KernelAbi.SOL_SOCKET, KernelAbi.SO_RCVBUF, options.receiveBufferBytes());
    }
    coalesces =
        options.coalesce() && kernel.socketSet(fd, KernelAbi.SOL_UDP, KernelAbi.UDP_GRO, 1) >= 0;
    if (ipv6) {
      // Else IPv4 senders would come as IPv6 addresses, which no prefix is meant for.
      set("IPV6_V6ONLY", KernelAbi.IPPROTO_IPV6, KernelAbi.IPV6_V6ONLY, 1);
    }
    if (group) {
      receiveOnlyWhatItJoins(ipv6);
    } else if (options.interfaceIndex() != ANY_INTERFACE) {
      set(
          "SO_BINDTOIFINDEX",
          KernelAbi.SOL_SOCKET,
          KernelAbi.SO_BINDTOIFINDEX,
          options.interfaceIndex());
    }
    if (group || options.shared()) {
      reuse();
    }
    bind(ipv6 && group ? options.interfaceIndex() : ANY_INTERFACE);
    if (group) {
      join(options);
    }
    // Only from here on: so nobody else's socket is taken over unnoticed, and one of ours that
    // replaces this one may have its address.
    reuse();
  }

  private void reuse() {
    set("SO_REUSEADDR", KernelAbi.SOL_SOCKET, KernelAbi.SO_REUSEADDR, 1);
  }

  /** By default a socket gets what any socket of this machine has joined (ip(7)). */
  private void receiveOnlyWhatItJoins(boolean ipv6) {
    if (ipv6) {
      set("IPV6_MULTICAST_ALL", KernelAbi.IPPROTO_IPV6, KernelAbi.IPV6_MULTICAST_ALL, 0);
    } else {
      set("IP_MULTICAST_ALL", KernelAbi.IPPROTO_IP, KernelAbi.IP_MULTICAST_ALL, 0);
    }
  }

  /** A group of link-local scope can only be bound on an interface, others may (ipv6(7)). */
  private void bind(int scope) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment local = Endpoint.of(address, arena);
      if (scope != ANY_INTERFACE) {
        local.set(JAVA_INT, KernelAbi.MR_ENDPOINT_SCOPE, scope);
      }
      int result = kernel.socketBind(fd, local);
      if (result < 0) {
        throw failure("bind", result);
      }
    }
  }

  private void join(Options options) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment group = Endpoint.of(address, arena);
      List<InetAddress> sources = options.sources();
      for (int source = 0; source < Math.max(1, sources.size()); source++) {
        MemorySegment from =
            sources.isEmpty()
                ? MemorySegment.NULL
                : Endpoint.of(new InetSocketAddress(sources.get(source), 0), arena);
        int result = kernel.socketJoin(fd, group, from, options.interfaceIndex());
        if (result < 0) {
          throw failure("joining the group", result);
        }
      }
    }
  }

  private void set(String name, int level, int option, int value) {
    int result = kernel.socketSet(fd, level, option, value);
    if (result < 0) {
      throw failure("setsockopt " + name + " = " + value, result);
    }
  }

  private SocketException failure(String call, int result) {
    return new SocketException(call + ": " + kernel.errnoName(-result), -result);
  }

  public int fd() {
    return fd;
  }

  /** What it is bound to. */
  public InetSocketAddress address() {
    return address;
  }

  /** Whether trains come as such. */
  public boolean coalesces() {
    return coalesces;
  }

  /** Bytes that the kernel has granted of those asked for as receive buffer; or -errno. */
  public int receiveBufferBytes() {
    int doubled = kernel.socketGet(fd, KernelAbi.SOL_SOCKET, KernelAbi.SO_RCVBUF);
    return doubled < 0 ? doubled : doubled / 2; // socket(7): it doubles what was set
  }

  @Override
  public void close() {
    int result = kernel.close(fd);
    assert result == 0 : "close: " + kernel.errnoName(-result);
  }
}
