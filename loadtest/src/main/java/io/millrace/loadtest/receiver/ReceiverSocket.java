package io.millrace.loadtest.receiver;

import io.millrace.loadtest.text.HostPort;
import io.millrace.shim.Endpoint;
import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A bound UDP socket with receive timestamps and as large a receive buffer as the machine gives.
 * Any thread.
 */
final class ReceiverSocket implements AutoCloseable {
  /** How often a blocked receiver thread looks whether it should stop. */
  static final long RECEIVE_TIMEOUT_NS = 50_000_000;

  private final Kernel kernel;
  private final int fd;
  private final InetSocketAddress address;

  private ReceiverSocket(Kernel kernel, int fd, InetSocketAddress address) {
    this.kernel = kernel;
    this.fd = fd;
    this.address = address;
  }

  /**
   * Binds the address.
   *
   * @throws ReceiveException if the address can't be bound
   */
  static ReceiverSocket open(Kernel kernel, InetSocketAddress listen, int receiveBufferBytes) {
    int family = Endpoint.family(Objects.requireNonNull(listen.getAddress()));
    int fd = check(kernel, "socket", kernel.udpSocket(family));
    try (Arena arena = Arena.ofConfined()) {
      // FORCE may pass net.core.rmem_max but needs CAP_NET_ADMIN; the plain option is capped
      // without an error.
      if (kernel.socketSet(fd, KernelAbi.SOL_SOCKET, KernelAbi.SO_RCVBUFFORCE, receiveBufferBytes)
          < 0) {
        check(
            kernel,
            "SO_RCVBUF",
            kernel.socketSet(fd, KernelAbi.SOL_SOCKET, KernelAbi.SO_RCVBUF, receiveBufferBytes));
      }
      check(
          kernel,
          "SO_TIMESTAMPNS",
          kernel.socketSet(fd, KernelAbi.SOL_SOCKET, KernelAbi.SO_TIMESTAMPNS, 1));
      check(kernel, "SO_RCVTIMEO", kernel.receiveTimeout(fd, RECEIVE_TIMEOUT_NS));
      check(
          kernel,
          "can't listen on " + HostPort.format(listen),
          kernel.socketBind(fd, Endpoint.of(listen, arena)));
      MemorySegment local = Endpoint.allocate(arena);
      check(kernel, "getsockname", kernel.socketLocal(fd, local));
      return new ReceiverSocket(kernel, fd, Endpoint.toAddress(local));
    } catch (RuntimeException failure) {
      kernel.close(fd);
      throw failure;
    }
  }

  private static int check(Kernel kernel, String what, int result) {
    if (result < 0) {
      throw new ReceiveException(what + ": " + kernel.errnoName(-result));
    }
    return result;
  }

  int fd() {
    return fd;
  }

  /** As bound: with the real port where 0 was asked for. */
  InetSocketAddress address() {
    return address;
  }

  /**
   * The bytes that the kernel lets wait here, its bookkeeping included: twice what was granted
   * (socket(7)).
   */
  int receiveBufferBytes() {
    return kernel.socketGet(fd, KernelAbi.SOL_SOCKET, KernelAbi.SO_RCVBUF);
  }

  /**
   * Datagrams that the kernel dropped at this socket, for want of room in its buffer before all;
   * -1: the kernel doesn't tell. From /proc/self/net/udp (columns:
   * Documentation/networking/proc_net_tcp.rst, and {@code drops} at the end).
   */
  long kernelDrops() {
    try {
      String link = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
      String inode = link.replaceAll("\\D", "");
      for (String table : List.of("/proc/self/net/udp", "/proc/self/net/udp6")) {
        for (String line : Files.readAllLines(Path.of(table))) {
          String[] columns = line.strip().split("\\s+", -1);
          if (columns.length > 12 && columns[9].equals(inode)) {
            return Long.parseLong(columns[columns.length - 1]);
          }
        }
      }
      return -1;
    } catch (IOException | NumberFormatException unknown) {
      return -1;
    }
  }

  @Override
  public void close() {
    int result = kernel.close(fd);
    assert result >= 0 || result == -Errno.EINTR : "close: " + result;
  }
}
