package io.millrace.stream;

import io.millrace.shim.Endpoint;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import io.millrace.stream.TargetSocket.Options;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Makes a new socket what a target wants of it, before it is connected.
 *
 * @param fd the socket
 */
record SocketSetup(Kernel kernel, int fd, boolean ipv6) {
  /**
   * Nobody reads from these sockets; what arrives all the same, and ICMP errors, must not pile up.
   */
  private static final int RECEIVE_BUFFER_BYTES = 4096;

  private static final int DSCP_SHIFT = 2;

  /**
   * Sets every option, and binds the socket.
   *
   * @throws TargetSocket.SocketException if the kernel refuses; it names the call
   */
  void apply(Options options) {
    setBuffers(options.sendBufferBytes());
    // Without RECVERR the kernel keeps an ENOBUFS of the device's queue to itself (udp(7), ip(7)).
    setIp("RECVERR", KernelAbi.IP_RECVERR, KernelAbi.IPV6_RECVERR, 1);
    if (options.interfaceIndex() != TargetSocket.DEFAULT) {
      set("SO_BINDTOIFINDEX", KernelAbi.SO_BINDTOIFINDEX, options.interfaceIndex());
    }
    if (options.pacingBytesPerSecond() != 0) {
      // Once: a datagram socket's rate can be lowered later, never raised (sock_setsockopt takes
      // the minimum of the old rate and the new one).
      set("SO_MAX_PACING_RATE", KernelAbi.SO_MAX_PACING_RATE, (int) options.pacingBytesPerSecond());
    }
    if (options.mark() != TargetSocket.DEFAULT) {
      set("SO_MARK", KernelAbi.SO_MARK, (int) options.mark());
    }
    if (options.broadcast()) {
      set("SO_BROADCAST", KernelAbi.SO_BROADCAST, 1);
    }
    setHeader(options);
    bind(options.from());
  }

  private void setBuffers(int sendBytes) {
    set("SO_RCVBUF", KernelAbi.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
    // The privileged form first: it may go beyond net.core.wmem_max. A full send buffer makes the
    // kernel retry from its poll code, out of order, so the buffer is made large.
    if (kernel.socketSet(fd, KernelAbi.SOL_SOCKET, KernelAbi.SO_SNDBUFFORCE, sendBytes) < 0) {
      set("SO_SNDBUF", KernelAbi.SO_SNDBUF, sendBytes);
    }
  }

  private void setHeader(Options options) {
    int ttl = options.ttl();
    if (ttl != TargetSocket.DEFAULT && ipv6) {
      setIpv6("IPV6_UNICAST_HOPS", KernelAbi.IPV6_UNICAST_HOPS, ttl);
      setIpv6("IPV6_MULTICAST_HOPS", KernelAbi.IPV6_MULTICAST_HOPS, ttl);
    } else if (ttl != TargetSocket.DEFAULT) {
      setIpv4("IP_TTL", KernelAbi.IP_TTL, ttl);
      setIpv4("IP_MULTICAST_TTL", KernelAbi.IP_MULTICAST_TTL, ttl);
    }
    int trafficClass = options.dscp() << DSCP_SHIFT;
    if (options.dscp() != TargetSocket.DEFAULT && ipv6) {
      setIpv6("IPV6_TCLASS", KernelAbi.IPV6_TCLASS, trafficClass);
    } else if (options.dscp() != TargetSocket.DEFAULT) {
      setIpv4("IP_TOS", KernelAbi.IP_TOS, trafficClass);
    }
    if (options.mtuDiscovery() != TargetSocket.DEFAULT) {
      setIp(
          "MTU_DISCOVER",
          KernelAbi.IP_MTU_DISCOVER,
          KernelAbi.IPV6_MTU_DISCOVER,
          options.mtuDiscovery());
    }
    if (!options.multicastLoop()) {
      setIp("MULTICAST_LOOP", KernelAbi.IP_MULTICAST_LOOP, KernelAbi.IPV6_MULTICAST_LOOP, 0);
    }
  }

  private void bind(@Nullable InetSocketAddress from) {
    if (from == null) {
      return;
    }
    // Several targets, and a target's old socket and its new one, may have the same port.
    set("SO_REUSEADDR", KernelAbi.SO_REUSEADDR, 1);
    try (Arena arena = Arena.ofConfined()) {
      int result = kernel.socketBind(fd, Endpoint.of(from, arena));
      if (result < 0) {
        throw TargetSocket.failure(kernel, "bind to " + from, result);
      }
    }
  }

  /** An option that IPv4 and IPv6 have under the same name. */
  private void setIp(String name, int ofIpv4, int ofIpv6, int value) {
    if (ipv6) {
      setIpv6("IPV6_" + name, ofIpv6, value);
    } else {
      setIpv4("IP_" + name, ofIpv4, value);
    }
  }

  private void setIpv4(String name, int option, int value) {
    set(name, KernelAbi.IPPROTO_IP, option, value);
  }

  private void setIpv6(String name, int option, int value) {
    set(name, KernelAbi.IPPROTO_IPV6, option, value);
  }

  private void set(String name, int option, int value) {
    set(name, KernelAbi.SOL_SOCKET, option, value);
  }

  private void set(String name, int level, int option, int value) {
    int result = kernel.socketSet(fd, level, option, value);
    if (result < 0) {
      throw TargetSocket.failure(kernel, "setsockopt " + name + " = " + value, result);
    }
  }
}
