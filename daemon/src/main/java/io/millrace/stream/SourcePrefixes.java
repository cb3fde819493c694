package io.millrace.stream;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.millrace.shim.KernelAbi;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Where datagrams may come from: addresses that begin with one of some prefixes. Any thread. */
public final class SourcePrefixes {
  /** Every address. */
  public static final SourcePrefixes ALL = new SourcePrefixes(List.of());

  private static final ValueLayout.OfInt BIG_ENDIAN_INT =
      JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong BIG_ENDIAN_LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  // struct sockaddr_in and sockaddr_in6, the same everywhere (ip(7), ipv6(7)).
  private static final int V4_ADDRESS = 4;
  private static final int V6_ADDRESS = 8;

  private static final int IPV4_BYTES = 4;

  /** Of each prefix; an IPv4 one lies in the lower half of the upper word. */
  private final int[] families;

  private final long[] high;
  private final long[] low;
  private final long[] highMask;
  private final long[] lowMask;

  /**
   * A prefix.
   *
   * @param address 4 or 16 bytes
   * @param bits of it that count
   */
  @SuppressWarnings("ArrayRecordComponent") // only read, and never compared
  public record Prefix(byte[] address, int bits) {}

  /** Of these; none: every address. */
  public SourcePrefixes(List<Prefix> prefixes) {
    int count = prefixes.size();
    families = new int[count];
    high = new long[count];
    low = new long[count];
    highMask = new long[count];
    lowMask = new long[count];
    for (int index = 0; index < count; index++) {
      Prefix prefix = prefixes.get(index);
      ByteBuffer bytes = ByteBuffer.wrap(prefix.address);
      boolean v4 = prefix.address.length == IPV4_BYTES;
      families[index] = v4 ? KernelAbi.AF_INET : KernelAbi.AF_INET6;
      highMask[index] = v4 ? mask(prefix.bits + Integer.SIZE) : mask(prefix.bits);
      lowMask[index] = v4 ? 0 : mask(prefix.bits - Long.SIZE);
      high[index] =
          (v4 ? Integer.toUnsignedLong(bytes.getInt(0)) : bytes.getLong(0)) & highMask[index];
      low[index] = v4 ? 0 : bytes.getLong(Long.BYTES) & lowMask[index];
    }
  }

  /** A word whose first bits are set. */
  private static long mask(int bits) {
    return bits <= 0 ? 0 : -1L << (Long.SIZE - Math.min(bits, Long.SIZE));
  }

  /** Whether every address is allowed, so that none need be looked at. */
  public boolean isAll() {
    return families.length == 0;
  }

  /** Whether the struct sockaddr at an offset is allowed. */
  public boolean allows(MemorySegment memory, long offset) {
    int family = memory.get(JAVA_SHORT_UNALIGNED, offset);
    long upper;
    long lower;
    if (family == KernelAbi.AF_INET) {
      upper = Integer.toUnsignedLong(memory.get(BIG_ENDIAN_INT, offset + V4_ADDRESS));
      lower = 0;
    } else {
      upper = memory.get(BIG_ENDIAN_LONG, offset + V6_ADDRESS);
      lower = memory.get(BIG_ENDIAN_LONG, offset + V6_ADDRESS + Long.BYTES);
    }
    for (int index = 0; index < families.length; index++) {
      if (families[index] == family
          && (upper & highMask[index]) == high[index]
          && (lower & lowMask[index]) == low[index]) {
        return true;
      }
    }
    return families.length == 0;
  }
}
