package io.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One io_uring instance, mapped. Made disabled by any thread, which may register buffers and files;
 * then one thread enables it and is from there on the only one that submits and reaps
 * (SINGLE_ISSUER).
 *
 * <p>Flags: DEFER_TASKRUN posts completions only inside io_uring_enter, so that they never
 * interrupt the sender; SUBMIT_ALL goes on after a request that is refused; TASKRUN_FLAG tells
 * without a system call that completions wait; NO_SQARRAY, where the kernel has it (6.6), saves the
 * index array. DEFER_TASKRUN makes 6.1 the oldest kernel.
 *
 * <p>A polled ring ({@link SqPolling}) has a kernel thread that takes SQEs, and runs the rest of
 * each request too; DEFER_TASKRUN and TASKRUN_FLAG are about the owner's thread and are refused
 * there (io_uring_create, Linux 6.1 to 6.18). Privileges it needs none: io_sq_offload_create asks
 * only the security module.
 */
public final class Ring implements AutoCloseable {
  private static final int POLLED_FLAGS =
      KernelAbi.IORING_SETUP_SINGLE_ISSUER
          | KernelAbi.IORING_SETUP_SUBMIT_ALL
          | KernelAbi.IORING_SETUP_R_DISABLED;

  private static final int REQUIRED_FLAGS =
      POLLED_FLAGS | KernelAbi.IORING_SETUP_DEFER_TASKRUN | KernelAbi.IORING_SETUP_TASKRUN_FLAG;

  /** For {@link #registerFiles} and {@link #updateFile}: an index without a socket. */
  public static final int NO_FILE = -1;

  private final Kernel kernel;
  private final MemorySegment fileUpdate =
      Arena.ofAuto().allocate(KernelAbi.IO_URING_FILES_UPDATE_SIZE, Long.BYTES);
  private final MemorySegment updatedFile = Arena.ofAuto().allocate(JAVA_INT);
  private final MemorySegment bufferRing =
      Arena.ofAuto().allocate(KernelAbi.IO_URING_BUF_REG_SIZE, Long.BYTES);
  private final MemorySegment description;
  private final int fd;
  private final boolean polled;
  private final SubmissionQueue submissions;
  private final CompletionQueue completions;

  private Ring(Kernel kernel, MemorySegment description, boolean polled) {
    this.kernel = kernel;
    this.description = description;
    this.polled = polled;
    fd = description.get(JAVA_INT, KernelAbi.MR_RING_FD);
    int sqEntries = description.get(JAVA_INT, KernelAbi.MR_RING_SQ_ENTRIES);
    int cqEntries = description.get(JAVA_INT, KernelAbi.MR_RING_CQ_ENTRIES);
    submissions =
        new SubmissionQueue(
            mapped(KernelAbi.MR_RING_SQ_HEAD, Integer.BYTES),
            mapped(KernelAbi.MR_RING_SQ_TAIL, Integer.BYTES),
            mapped(KernelAbi.MR_RING_SQ_FLAGS, Integer.BYTES),
            mappedOrNull(KernelAbi.MR_RING_SQ_ARRAY, (long) sqEntries * Integer.BYTES),
            mapped(KernelAbi.MR_RING_SQES, (long) sqEntries * KernelAbi.IO_URING_SQE_SIZE),
            sqEntries);
    completions =
        new CompletionQueue(
            mapped(KernelAbi.MR_RING_CQ_HEAD, Integer.BYTES),
            mapped(KernelAbi.MR_RING_CQ_TAIL, Integer.BYTES),
            mapped(KernelAbi.MR_RING_CQ_OVERFLOW, Integer.BYTES),
            mapped(KernelAbi.MR_RING_CQES, (long) cqEntries * KernelAbi.IO_URING_CQE_SIZE),
            cqEntries);
  }

  /**
   * Makes a disabled ring.
   *
   * @param sqEntries rounded up to a power of two by the kernel
   * @param cqEntries likewise; enough for every CQE of the requests that may be in flight, so that
   *     it can't overflow
   * @throws RingUnavailableException if this machine doesn't give one; the message says why and
   *     what to do
   */
  public static Ring open(Kernel kernel, int sqEntries, int cqEntries) {
    MemorySegment description = Arena.ofAuto().allocate(KernelAbi.MR_RING_SIZE, Long.BYTES);
    int flags = REQUIRED_FLAGS | KernelAbi.IORING_SETUP_NO_SQARRAY;
    int result = kernel.ringSetup(description, sqEntries, cqEntries, flags);
    if (result == -Errno.EINVAL) {
      result = kernel.ringSetup(description, sqEntries, cqEntries, REQUIRED_FLAGS);
    }
    if (result < 0) {
      throw RingUnavailableException.atSetup(kernel.errnoName(-result), -result);
    }
    return new Ring(kernel, description, false);
  }

  /**
   * The same with a kernel thread that takes the SQEs.
   *
   * @throws RingUnavailableException likewise, also where only that thread is refused
   */
  public static Ring openPolled(Kernel kernel, int sqEntries, int cqEntries, SqPolling polling) {
    MemorySegment description = Arena.ofAuto().allocate(KernelAbi.MR_RING_SIZE, Long.BYTES);
    int flags = POLLED_FLAGS | KernelAbi.IORING_SETUP_NO_SQARRAY;
    int idleMs = polling.idleMs();
    int cpu = polling.cpu();
    int result = kernel.ringSetupPolled(description, sqEntries, cqEntries, flags, idleMs, cpu);
    if (result == -Errno.EINVAL) {
      result = kernel.ringSetupPolled(description, sqEntries, cqEntries, POLLED_FLAGS, idleMs, cpu);
    }
    if (result < 0) {
      throw RingUnavailableException.atPolledSetup(kernel.errnoName(-result), -result, cpu);
    }
    return new Ring(kernel, description, true);
  }

  /**
   * Registers memory: requests name it by its index from then on, and the kernel keeps it pinned
   * until the ring is closed.
   *
   * @param vectors struct iovec[]
   * @param bytes what they hold together, for the message
   */
  public void registerBuffers(MemorySegment vectors, long bytes) {
    int count = (int) (vectors.byteSize() / KernelAbi.IOVEC_SIZE);
    int result = kernel.ringRegister(fd, KernelAbi.IORING_REGISTER_BUFFERS, vectors, count);
    if (result == -Errno.ENOMEM) {
      throw RingUnavailableException.atMemoryLock(bytes);
    }
    if (result < 0) {
      throw new RingUnavailableException("registering buffers: " + kernel.errnoName(-result));
    }
  }

  /**
   * Registers sockets: requests name them by their index from then on. {@link #NO_FILE} keeps an
   * index free for {@link #updateFile}.
   */
  public void registerFiles(int[] descriptors) {
    try (Arena temporary = Arena.ofConfined()) {
      MemorySegment array = temporary.allocateFrom(JAVA_INT, descriptors);
      int result =
          kernel.ringRegister(fd, KernelAbi.IORING_REGISTER_FILES, array, descriptors.length);
      if (result < 0) {
        throw new RingUnavailableException(
            "registering %d sockets: %s; raise the limit on open files (LimitNOFILE= in the unit)"
                .formatted(descriptors.length, kernel.errnoName(-result)));
      }
    }
  }

  /**
   * Registers a socket in place of the one with this index, or none ({@link #NO_FILE}); the owning
   * thread only, once the ring is enabled (SINGLE_ISSUER).
   *
   * @return 0, or -errno: then the table is as it was
   */
  public int updateFile(int index, int descriptor) {
    fileUpdate.set(JAVA_INT, KernelAbi.IO_URING_FILES_UPDATE_OFFSET, index);
    fileUpdate.set(JAVA_LONG, KernelAbi.IO_URING_FILES_UPDATE_FDS, updatedFile.address());
    updatedFile.set(JAVA_INT, 0, descriptor);
    int result = kernel.ringRegister(fd, KernelAbi.IORING_REGISTER_FILES_UPDATE, fileUpdate, 1);
    return Math.min(result, 0);
  }

  /**
   * Registers a ring of buffers that requests may choose from; as {@link #updateFile} for the
   * thread.
   *
   * @param address of its entries, whole pages
   * @param group a number that no other one has
   * @return 0, or -errno
   */
  int registerBufferRing(long address, int entries, int group) {
    bufferRing.set(JAVA_LONG, KernelAbi.IO_URING_BUF_REG_RING_ADDR, address);
    bufferRing.set(JAVA_INT, KernelAbi.IO_URING_BUF_REG_RING_ENTRIES, entries);
    bufferRing.set(JAVA_INT, KernelAbi.IO_URING_BUF_REG_BGID, group); // and flags above it: 0
    return kernel.ringRegister(fd, KernelAbi.IORING_REGISTER_PBUF_RING, bufferRing, 1);
  }

  /** Takes such a ring of buffers away again; no request uses it. */
  void unregisterBufferRing(int group) {
    bufferRing.fill((byte) 0);
    bufferRing.set(JAVA_INT, KernelAbi.IO_URING_BUF_REG_BGID, group);
    int result = kernel.ringRegister(fd, KernelAbi.IORING_UNREGISTER_PBUF_RING, bufferRing, 1);
    assert result == 0 : "unregistering buffers: " + kernel.errnoName(-result);
  }

  /** Whether the kernel knows an operation, IORING_OP_*. */
  public boolean supports(int opcode) {
    return kernel.ringSupports(fd, opcode) > 0;
  }

  /** Starts the ring; the calling thread owns it from here on. */
  public void enable() {
    int result =
        kernel.ringRegister(fd, KernelAbi.IORING_REGISTER_ENABLE_RINGS, MemorySegment.NULL, 0);
    if (result < 0) {
      throw RingUnavailableException.atUse("enabling the ring", kernel.errnoName(-result), -result);
    }
  }

  /**
   * Whether {@link #enter} has something to do: SQEs that the kernel has not taken, or completions
   * that it has not posted. Of a polled ring, shows the kernel's thread what was written; then only
   * to wake that thread, or to get completions for which the CQ had no room. The owning thread
   * only.
   */
  public boolean publish() {
    if (polled) {
      return submissions.publishToPoller() || submissions.taskWorkPending();
    }
    return submissions.pending() > 0 || submissions.taskWorkPending();
  }

  /**
   * Hands over what was written, runs the kernel's pending completions, and waits for CQEs; the
   * owning thread only. Of a polled ring, wakes the kernel's thread if there is something for it.
   *
   * @param minComplete CQEs to wait for; 0 returns at once
   * @param timeoutNs how long to wait at most
   * @return SQEs taken, or -errno: -ETIME when the time passed, -EINTR, -EAGAIN and -EBUSY when the
   *     kernel wants completions reaped or memory freed first; then what was not taken stays
   *     queued. Of a polled ring, the number says nothing
   */
  public int enter(int minComplete, long timeoutNs) {
    int flags = polled ? pollerFlags() : KernelAbi.IORING_ENTER_GETEVENTS;
    int toSubmit = submissions.publishTailRelease();
    return kernel.ringEnter(fd, toSubmit, minComplete, flags, minComplete == 0 ? -1 : timeoutNs);
  }

  private int pollerFlags() {
    submissions.publishToPoller();
    boolean wakes = submissions.pending() > 0 && submissions.pollerSleeps();
    return wakes
        ? KernelAbi.IORING_ENTER_GETEVENTS | KernelAbi.IORING_ENTER_SQ_WAKEUP
        : KernelAbi.IORING_ENTER_GETEVENTS;
  }

  public SubmissionQueue submissions() {
    return submissions;
  }

  public CompletionQueue completions() {
    return completions;
  }

  /**
   * Closes the ring; the kernel cancels what is in flight and lets go of the buffers. Not from two
   * threads.
   */
  @Override
  public void close() {
    int result = kernel.ringClose(description);
    assert result == 0 : "closing a ring: " + kernel.errnoName(-result);
  }

  private MemorySegment mapped(long field, long bytes) {
    return reinterpret(description.get(JAVA_LONG, field), bytes);
  }

  private @Nullable MemorySegment mappedOrNull(long field, long bytes) {
    return description.get(JAVA_LONG, field) == 0 ? null : mapped(field, bytes);
  }

  @SuppressWarnings("restricted")
  private static MemorySegment reinterpret(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }
}
