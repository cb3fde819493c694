package io.millrace.buffer;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One mapping, cut into slots of equal size: the memory that a ring sends from. Slots are 64-byte
 * aligned. Any thread may read the geometry; a slot's bytes belong to whoever claimed it from the
 * {@link BufferPool}.
 *
 * <p>The kernel takes at most 1 GiB as one registered buffer, so a larger slab is registered in
 * chunks, each a whole number of slots.
 */
public final class Slab implements AutoCloseable {
  /** What a registered buffer may hold at most (io_uring_register(2): 1 GiB). */
  private static final long MAX_BUFFER_BYTES = 1L << 30;

  private static final int ALIGNMENT_BYTES = 64;
  private static final int PAGE_BYTES = 4096;
  private static final int HUGE_PAGE_BYTES = 2 << 20;

  /**
   * The pages that a slab lies in.
   *
   * <p>Huge pages look like the better choice and are not. The kernel charges a zero-copy datagram
   * to the send buffer (and, over loopback, to the receiver's buffer) with its offset in the memory
   * segment that it is sent from, and a huge page is one segment: 816 KB on average for 1316 bytes
   * (kernel 6.18), where a base page costs 4 or 8 KB. A send buffer of 4 MiB then holds five
   * datagrams, and the kernel retries the others late and out of order. Page-table look-ups, which
   * huge pages save, don't happen in a zero-copy send: the kernel works with the physical pages.
   */
  public enum Pages {
    BASE,
    /** MAP_HUGETLB, for measuring, or for small offsets. */
    HUGE
  }

  private final Kernel kernel;
  private final int slots;
  private final int slotBytes;
  private final int slotsPerChunk;
  private final boolean hugePages;
  private final long mappedBytes;
  private final MemorySegment memory;
  private final int[] fillers;

  private Slab(
      Kernel kernel, int slots, int slotBytes, boolean hugePages, long address, long mappedBytes) {
    this.kernel = kernel;
    this.slots = slots;
    this.slotBytes = slotBytes;
    this.slotsPerChunk = (int) Math.min(MAX_BUFFER_BYTES / slotBytes, slots);
    this.hugePages = hugePages;
    this.mappedBytes = mappedBytes;
    this.memory = reinterpret(address, mappedBytes);
    this.fillers = new int[slots];
  }

  /**
   * Maps a slab. The memory is touched by whoever writes to it first: on the CPU of the sender
   * thread, it comes from that CPU's memory node.
   *
   * @param slotBytes a multiple of 64
   * @throws SlabException if the memory can't be had; the message says why
   */
  public static Slab map(Kernel kernel, int slots, int slotBytes, Pages pages) {
    assert slotBytes % ALIGNMENT_BYTES == 0 : slotBytes + " bytes are no multiple of 64";
    long bytes = (long) slots * slotBytes;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(JAVA_LONG);
      boolean huge = pages == Pages.HUGE;
      long rounded = roundUp(bytes, huge ? HUGE_PAGE_BYTES : PAGE_BYTES);
      int error =
          kernel.memoryMap(
              rounded, huge ? KernelAbi.MR_PAGES_HUGE : KernelAbi.MR_PAGES_NORMAL, address);
      if (error < 0 && huge) {
        throw new SlabException(
            ("%d huge pages of 2 MiB can't be had (%s); reserve them with `sysctl"
                    + " vm.nr_hugepages=N`, or set buffers.huge-pages = auto")
                .formatted(rounded / HUGE_PAGE_BYTES, kernel.errnoName(-error)));
      }
      if (error < 0) {
        throw new SlabException(
            "%d bytes of buffer memory can't be mapped: %s; lower buffers.slots-per-ring or buffers.slot-size"
                .formatted(rounded, kernel.errnoName(-error)));
      }
      return new Slab(kernel, slots, slotBytes, huge, address.get(JAVA_LONG, 0), rounded);
    }
  }

  /** Memory of a slab can't be had. */
  public static final class SlabException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SlabException(String message) {
      super(message);
    }
  }

  /** All slots, slot i at {@code i * slotBytes()}. */
  public MemorySegment memory() {
    return memory;
  }

  public int slots() {
    return slots;
  }

  public int slotBytes() {
    return slotBytes;
  }

  /** The slot's offset in {@link #memory()}, in bytes. */
  public long offset(int slot) {
    return (long) slot * slotBytes;
  }

  public long address(int slot) {
    return memory.address() + offset(slot);
  }

  /** Which registered buffer holds the slot. */
  public int bufferIndex(int slot) {
    return slot / slotsPerChunk;
  }

  /** Whether the slab lies in pages of MAP_HUGETLB. */
  public boolean hugePages() {
    return hugePages;
  }

  /** The slab as registered buffers: struct iovec[], in the order of {@link #bufferIndex}. */
  public MemorySegment vectors(Arena arena) {
    int chunks = (slots + slotsPerChunk - 1) / slotsPerChunk;
    MemorySegment vectors = arena.allocate((long) chunks * KernelAbi.IOVEC_SIZE, Long.BYTES);
    for (int chunk = 0; chunk < chunks; chunk++) {
      int first = chunk * slotsPerChunk;
      long bytes = (long) Math.min(slotsPerChunk, slots - first) * slotBytes;
      long vector = (long) chunk * KernelAbi.IOVEC_SIZE;
      vectors.set(JAVA_LONG, vector + KernelAbi.IOVEC_IOV_BASE, address(first));
      vectors.set(JAVA_LONG, vector + KernelAbi.IOVEC_IOV_LEN, bytes);
    }
    return vectors;
  }

  /**
   * Who filled the slot last, a number of the caller's choosing, 0 at first: a source that finds
   * its own number knows that its constant payload is still there. For the slot's holder only.
   */
  public int filler(int slot) {
    return fillers[slot];
  }

  /** Notes who fills the slot now; for the slot's holder only, before it writes. */
  public void filler(int slot, int filler) {
    fillers[slot] = filler;
  }

  /** Unmaps. The ring that the slab is registered with must be closed before. */
  @Override
  public void close() {
    int error = kernel.memoryUnmap(memory.address(), mappedBytes);
    assert error == 0 : "munmap: " + kernel.errnoName(-error);
  }

  /**
   * The global scope: no liveness check on the hot path. The owner closes only after the sender
   * thread has ended.
   */
  @SuppressWarnings("restricted")
  private static MemorySegment reinterpret(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  private static long roundUp(long bytes, long unit) {
    return (bytes + unit - 1) / unit * unit;
  }
}
