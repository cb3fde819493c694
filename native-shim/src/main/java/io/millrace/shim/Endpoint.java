package io.millrace.shim;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Objects;

/** Translates between {@link InetSocketAddress} and struct mr_endpoint. Any thread. */
public final class Endpoint {
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  private Endpoint() {}

  /** An empty endpoint for a call to fill in. */
  public static MemorySegment allocate(SegmentAllocator allocator) {
    return allocator.allocate(KernelAbi.MR_ENDPOINT_SIZE, Integer.BYTES);
  }

  /**
   * The endpoint of a resolved address.
   *
   * @throws NullPointerException if the address is not resolved
   */
  public static MemorySegment of(InetSocketAddress address, SegmentAllocator allocator) {
    InetAddress ip = Objects.requireNonNull(address.getAddress(), "the address is not resolved");
    MemorySegment endpoint = allocate(allocator);
    endpoint.set(JAVA_SHORT, KernelAbi.MR_ENDPOINT_FAMILY, (short) family(ip));
    endpoint.set(JAVA_SHORT, KernelAbi.MR_ENDPOINT_PORT, (short) address.getPort());
    if (ip instanceof Inet6Address v6) {
      endpoint.set(JAVA_INT, KernelAbi.MR_ENDPOINT_SCOPE, v6.getScopeId());
    }
    byte[] bytes = ip.getAddress();
    MemorySegment.copy(
        bytes, 0, endpoint, ValueLayout.JAVA_BYTE, KernelAbi.MR_ENDPOINT_ADDRESS, bytes.length);
    return endpoint;
  }

  /** AF_INET or AF_INET6. */
  public static int family(InetAddress address) {
    return address instanceof Inet6Address ? KernelAbi.AF_INET6 : KernelAbi.AF_INET;
  }

  public static InetSocketAddress toAddress(MemorySegment endpoint) {
    boolean v6 = endpoint.get(JAVA_SHORT, KernelAbi.MR_ENDPOINT_FAMILY) == KernelAbi.AF_INET6;
    byte[] bytes = new byte[v6 ? IPV6_BYTES : IPV4_BYTES];
    MemorySegment.copy(
        endpoint, ValueLayout.JAVA_BYTE, KernelAbi.MR_ENDPOINT_ADDRESS, bytes, 0, bytes.length);
    int port = Short.toUnsignedInt(endpoint.get(JAVA_SHORT, KernelAbi.MR_ENDPOINT_PORT));
    try {
      InetAddress ip =
          v6
              ? Inet6Address.getByAddress(
                  null, bytes, endpoint.get(JAVA_INT, KernelAbi.MR_ENDPOINT_SCOPE))
              : InetAddress.getByAddress(bytes);
      return new InetSocketAddress(ip, port);
    } catch (UnknownHostException impossible) {
      throw new AssertionError("an address of 4 or 16 bytes", impossible);
    }
  }
}
