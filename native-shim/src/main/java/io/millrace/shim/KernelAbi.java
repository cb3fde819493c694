package io.millrace.shim;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Struct sizes, offsets (in bytes) and constants of the kernel's and the shim's C headers, by their
 * C names: {@code io_uring_sqe.len} is {@code IO_URING_SQE_LEN}. The compiler that built the shim
 * has the last word: {@link #verify} compares all of them with its table, in both directions.
 */
public final class KernelAbi {
  public static final int IO_URING_SQE_SIZE = 64;
  public static final int IO_URING_SQE_OPCODE = 0;
  public static final int IO_URING_SQE_FLAGS = 1;
  public static final int IO_URING_SQE_IOPRIO = 2;
  public static final int IO_URING_SQE_FD = 4;
  public static final int IO_URING_SQE_OFF = 8;
  public static final int IO_URING_SQE_ADDR = 16;
  public static final int IO_URING_SQE_LEN = 24;
  public static final int IO_URING_SQE_MSG_FLAGS = 28;
  public static final int IO_URING_SQE_USER_DATA = 32;
  public static final int IO_URING_SQE_BUF_INDEX = 40;
  public static final int IO_URING_SQE_FILE_INDEX = 44;
  public static final int IO_URING_SQE_ADDR3 = 48;

  public static final int IO_URING_CQE_SIZE = 16;
  public static final int IO_URING_CQE_USER_DATA = 0;
  public static final int IO_URING_CQE_RES = 8;
  public static final int IO_URING_CQE_FLAGS = 12;

  public static final int IOVEC_SIZE = 16;
  public static final int IOVEC_IOV_BASE = 0;
  public static final int IOVEC_IOV_LEN = 8;

  public static final int IO_URING_FILES_UPDATE_SIZE = 16;
  public static final int IO_URING_FILES_UPDATE_OFFSET = 0;
  public static final int IO_URING_FILES_UPDATE_FDS = 8;

  public static final int IO_URING_BUF_SIZE = 16;
  public static final int IO_URING_BUF_ADDR = 0;
  public static final int IO_URING_BUF_LEN = 8;
  public static final int IO_URING_BUF_BID = 12;
  public static final int IO_URING_BUF_RING_TAIL = 14;

  public static final int IO_URING_BUF_REG_SIZE = 40;
  public static final int IO_URING_BUF_REG_RING_ADDR = 0;
  public static final int IO_URING_BUF_REG_RING_ENTRIES = 8;
  public static final int IO_URING_BUF_REG_BGID = 12;

  public static final int IO_URING_RECVMSG_OUT_SIZE = 16;
  public static final int IO_URING_RECVMSG_OUT_NAMELEN = 0;
  public static final int IO_URING_RECVMSG_OUT_CONTROLLEN = 4;
  public static final int IO_URING_RECVMSG_OUT_PAYLOADLEN = 8;
  public static final int IO_URING_RECVMSG_OUT_FLAGS = 12;

  public static final int MR_RING_SIZE = 128;
  public static final int MR_RING_SQ_HEAD = 0;
  public static final int MR_RING_SQ_TAIL = 8;
  public static final int MR_RING_SQ_FLAGS = 16;
  public static final int MR_RING_SQ_DROPPED = 24;
  public static final int MR_RING_SQ_ARRAY = 32;
  public static final int MR_RING_SQES = 40;
  public static final int MR_RING_CQ_HEAD = 48;
  public static final int MR_RING_CQ_TAIL = 56;
  public static final int MR_RING_CQ_OVERFLOW = 64;
  public static final int MR_RING_CQES = 72;
  public static final int MR_RING_FD = 104;
  public static final int MR_RING_FLAGS = 108;
  public static final int MR_RING_FEATURES = 112;
  public static final int MR_RING_SQ_ENTRIES = 116;
  public static final int MR_RING_CQ_ENTRIES = 120;

  public static final int MR_ENDPOINT_SIZE = 24;
  public static final int MR_ENDPOINT_FAMILY = 0;
  public static final int MR_ENDPOINT_PORT = 2;
  public static final int MR_ENDPOINT_SCOPE = 4;
  public static final int MR_ENDPOINT_ADDRESS = 8;

  public static final int MMSGHDR_SIZE = 64;

  public static final int MSGHDR_SIZE = 56;
  public static final int MSGHDR_MSG_NAMELEN = 8;
  public static final int MSGHDR_MSG_IOV = 16;
  public static final int MSGHDR_MSG_IOVLEN = 24;
  public static final int MSGHDR_MSG_CONTROL = 32;
  public static final int MSGHDR_MSG_CONTROLLEN = 40;

  public static final int CMSGHDR_SIZE = 16;
  public static final int CMSGHDR_CMSG_LEN = 0;
  public static final int CMSGHDR_CMSG_LEVEL = 8;
  public static final int CMSGHDR_CMSG_TYPE = 12;

  public static final int MR_SEND_GROUP_SIZE = 12;
  public static final int MR_SEND_GROUP_FD = 0;
  public static final int MR_SEND_GROUP_COUNT = 4;

  public static final int MR_RECEIVED_SIZE = 16;
  public static final int MR_RECEIVED_BYTES = 0;
  public static final int MR_RECEIVED_TRUNCATED = 4;
  public static final int MR_RECEIVED_TIME_NS = 8;

  public static final int MR_PAGES_NORMAL = 0;
  public static final int MR_PAGES_HUGE = 1;

  public static final int IORING_OP_NOP = 0;
  public static final int IORING_OP_SENDMSG = 9;
  public static final int IORING_OP_RECVMSG = 10;
  public static final int IORING_OP_ASYNC_CANCEL = 14;
  public static final int IORING_OP_READ = 22;
  public static final int IORING_OP_SEND = 26;
  public static final int IORING_OP_SEND_ZC = 47;

  public static final int IOSQE_FIXED_FILE = 1 << 0;
  public static final int IOSQE_BUFFER_SELECT = 1 << 5;

  public static final int IORING_RECV_MULTISHOT = 1 << 1;

  public static final int IORING_RECVSEND_FIXED_BUF = 1 << 2;

  public static final int IORING_SEND_ZC_REPORT_USAGE = 1 << 3;

  public static final int IORING_NOTIF_USAGE_ZC_COPIED = 1 << 31;

  public static final int IORING_CQE_F_BUFFER = 1 << 0;
  public static final int IORING_CQE_BUFFER_SHIFT = 16;
  public static final int IORING_CQE_F_MORE = 1 << 1;
  public static final int IORING_CQE_F_NOTIF = 1 << 3;

  public static final int IORING_SETUP_SQPOLL = 1 << 1;
  public static final int IORING_SETUP_R_DISABLED = 1 << 6;
  public static final int IORING_SETUP_SUBMIT_ALL = 1 << 7;
  public static final int IORING_SETUP_TASKRUN_FLAG = 1 << 9;
  public static final int IORING_SETUP_SINGLE_ISSUER = 1 << 12;
  public static final int IORING_SETUP_DEFER_TASKRUN = 1 << 13;
  public static final int IORING_SETUP_NO_SQARRAY = 1 << 16;

  public static final int IORING_SQ_NEED_WAKEUP = 1 << 0;
  public static final int IORING_SQ_CQ_OVERFLOW = 1 << 1;
  public static final int IORING_SQ_TASKRUN = 1 << 2;

  public static final int IORING_ENTER_GETEVENTS = 1 << 0;
  public static final int IORING_ENTER_SQ_WAKEUP = 1 << 1;

  public static final int IORING_REGISTER_BUFFERS = 0;
  public static final int IORING_REGISTER_FILES = 2;
  public static final int IORING_REGISTER_FILES_UPDATE = 6;
  public static final int IORING_REGISTER_ENABLE_RINGS = 12;
  public static final int IORING_REGISTER_PBUF_RING = 22;
  public static final int IORING_UNREGISTER_PBUF_RING = 23;

  public static final int AF_INET = 2;

  public static final int AF_INET6 = 10;

  public static final int SOL_SOCKET = 1;

  public static final int SO_REUSEADDR = 2;

  public static final int SO_BROADCAST = 6;

  public static final int SO_SNDBUF = 7;

  public static final int SO_ERROR = 4;
  public static final int SO_RCVBUF = 8;

  public static final int SO_SNDBUFFORCE = 32;

  public static final int SO_RCVBUFFORCE = 33;

  public static final int SO_BINDTOIFINDEX = 62;

  public static final int SO_TIMESTAMPNS = 35;

  public static final int SO_MARK = 36;

  public static final int SO_RXQ_OVFL = 40;
  public static final int SO_MAX_PACING_RATE = 47;
  public static final int SCM_TXTIME = 61;

  public static final int CLOCK_MONOTONIC = 1;
  public static final int CLOCK_TAI = 11;

  public static final int TC_ETF_DEADLINE_MODE_ON = 1 << 0;

  public static final int IPPROTO_IP = 0;

  public static final int IP_TOS = 1;

  public static final int IP_TTL = 2;

  public static final int IP_MULTICAST_TTL = 33;

  public static final int IP_MULTICAST_ALL = 49;

  public static final int IP_RECVERR = 11;

  public static final int IP_MTU_DISCOVER = 10;

  public static final int IP_MTU = 14;

  public static final int IP_MULTICAST_LOOP = 34;

  public static final int IPPROTO_IPV6 = 41;

  public static final int IPV6_TCLASS = 67;

  public static final int IPV6_UNICAST_HOPS = 16;

  public static final int IPV6_MULTICAST_HOPS = 18;

  public static final int IPV6_MULTICAST_ALL = 29;

  public static final int IPV6_V6ONLY = 26;

  public static final int IPV6_RECVERR = 25;

  public static final int IPV6_MULTICAST_LOOP = 19;

  public static final int IPV6_MTU_DISCOVER = 23;

  public static final int IPV6_MTU = 24;

  public static final int SOL_UDP = 17;

  public static final int UDP_SEGMENT = 103;

  public static final int UDP_GRO = 104;

  public static final int MSG_TRUNC = 0x20;

  public static final int EPOLLIN = 1;

  public static final int EPOLLOUT = 1 << 2;

  public static final int EPOLLET = 1 << 31;

  /**
   * {@link #sum} of the constants above. KernelAbiTest says what to write here after a change; a
   * number that was forgotten costs time at every start, and nothing else.
   */
  static final long SUM = 1939671208309114792L;

  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private KernelAbi() {}

  /** mr_layout(): entry {@code index} of the shim's table, or a negative number past its end. */
  @FunctionalInterface
  interface Table {
    int entry(int index, MemorySegment name, MemorySegment value);
  }

  /**
   * Compares the constants of this class with the shim's table: as one number, and where that
   * differs, one by one. Reading 170 constants by reflection is 10 ms of a start.
   *
   * @param theirs mr_layout_sum()
   * @throws ShimException as the other one
   */
  static void verify(long theirs, Table table) {
    if (theirs != SUM) {
      verify(table);
    }
  }

  /**
   * Compares every constant of this class with the shim's table.
   *
   * @throws ShimException that names each constant which the shim knows otherwise, or which only
   *     one side knows
   */
  @SuppressWarnings("restricted")
  static void verify(Table table) {
    Map<String, Long> ours = constants();
    StringBuilder differences = new StringBuilder();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(ADDRESS);
      MemorySegment value = arena.allocate(JAVA_LONG);
      for (int index = 0; table.entry(index, name, value) >= 0; index++) {
        String cName = name.get(ADDRESS, 0).reinterpret(128).getString(0);
        long theirs = value.get(JAVA_LONG, 0);
        Long own = ours.remove(cName.replace('.', '_').toUpperCase(Locale.ROOT));
        // Constants are u32 in C; compare the 32 bits that Java keeps.
        if (own == null || own.intValue() != (int) theirs) {
          differences
              .append(cName)
              .append(": C has ")
              .append(theirs)
              .append(", Java ")
              .append(own)
              .append("; ");
        }
      }
    }
    for (String missing : ours.keySet()) {
      differences.append(missing).append(": not in the shim; ");
    }
    if (!differences.isEmpty()) {
      throw new ShimException(
          "the native shim and the Java code disagree, rebuild both: " + differences);
    }
  }

  /** As mr_layout_sum() makes it: the FNV-1a hashes of all names, each with its 32 bits, added. */
  static long sum() {
    long sum = 0;
    for (Map.Entry<String, Long> constant : constants().entrySet()) {
      long hash = FNV_BASIS;
      for (byte character : constant.getKey().getBytes(StandardCharsets.US_ASCII)) {
        hash = (hash ^ character) * FNV_PRIME;
      }
      for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
        hash = (hash ^ (constant.getValue() >> shift & 0xFF)) * FNV_PRIME;
      }
      sum += hash;
    }
    return sum;
  }

  private static Map<String, Long> constants() {
    Map<String, Long> values = new TreeMap<>();
    for (Field field : KernelAbi.class.getDeclaredFields()) {
      if (field.getType() == int.class && Modifier.isPublic(field.getModifiers())) {
        try {
          values.put(field.getName(), (long) field.getInt(null));
        } catch (IllegalAccessException impossible) {
          throw new AssertionError(impossible);
        }
      }
    }
    return values;
  }
}
