package io.millrace.shim;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Struct sizes, offsets (in bytes) and constants of the kernel's and the shim's C headers, by their
 * C names: {@code io_uring_sqe.len} is {@code IO_URING_SQE_LEN}. The compiler that built the shim
 * has the last word: {@link #verify} compares each of them with its table, in both directions.
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
  public static final int IORING_OP_READ = 22;
  public static final int IORING_OP_SEND = 26;
  public static final int IORING_OP_SEND_ZC = 47;

  public static final int IOSQE_FIXED_FILE = 1 << 0;

  public static final int IORING_RECVSEND_FIXED_BUF = 1 << 2;

  public static final int IORING_SEND_ZC_REPORT_USAGE = 1 << 3;

  public static final int IORING_NOTIF_USAGE_ZC_COPIED = 1 << 31;

  public static final int IORING_CQE_F_MORE = 1 << 1;
  public static final int IORING_CQE_F_NOTIF = 1 << 3;

  public static final int IORING_SETUP_R_DISABLED = 1 << 6;
  public static final int IORING_SETUP_SUBMIT_ALL = 1 << 7;
  public static final int IORING_SETUP_TASKRUN_FLAG = 1 << 9;
  public static final int IORING_SETUP_SINGLE_ISSUER = 1 << 12;
  public static final int IORING_SETUP_DEFER_TASKRUN = 1 << 13;
  public static final int IORING_SETUP_NO_SQARRAY = 1 << 16;

  public static final int IORING_SQ_CQ_OVERFLOW = 1 << 1;
  public static final int IORING_SQ_TASKRUN = 1 << 2;

  public static final int IORING_ENTER_GETEVENTS = 1 << 0;

  public static final int IORING_REGISTER_BUFFERS = 0;
  public static final int IORING_REGISTER_FILES = 2;
  public static final int IORING_REGISTER_FILES_UPDATE = 6;
  public static final int IORING_REGISTER_ENABLE_RINGS = 12;

  public static final int AF_INET = 2;

  public static final int AF_INET6 = 10;

  public static final int SOL_SOCKET = 1;

  public static final int SO_SNDBUF = 7;

  public static final int SO_RCVBUF = 8;

  public static final int SO_SNDBUFFORCE = 32;

  public static final int SO_RCVBUFFORCE = 33;

  public static final int SO_BINDTOIFINDEX = 62;

  public static final int SO_TIMESTAMPNS = 35;

  public static final int SO_RXQ_OVFL = 40;
  public static final int SO_MAX_PACING_RATE = 47;

  public static final int IPPROTO_IP = 0;

  public static final int IP_TOS = 1;

  public static final int IP_TTL = 2;

  public static final int IP_MULTICAST_TTL = 33;

  public static final int IP_RECVERR = 11;

  public static final int IP_MTU = 14;

  public static final int IPPROTO_IPV6 = 41;

  public static final int IPV6_TCLASS = 67;

  public static final int IPV6_UNICAST_HOPS = 16;

  public static final int IPV6_MULTICAST_HOPS = 18;

  public static final int IPV6_RECVERR = 25;

  public static final int IPV6_MTU = 24;

  public static final int SOL_UDP = 17;

  public static final int UDP_SEGMENT = 103;

  public static final int EPOLLIN = 1;

  public static final int EPOLLOUT = 1 << 2;

  public static final int EPOLLET = 1 << 31;

  private KernelAbi() {}

  /** mr_layout(): entry {@code index} of the shim's table, or a negative number past its end. */
  @FunctionalInterface
  interface Table {
    int entry(int index, MemorySegment name, MemorySegment value);
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
