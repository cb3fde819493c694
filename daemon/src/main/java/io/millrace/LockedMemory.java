package io.millrace;

import io.millrace.config.BufferSettings;
import io.millrace.config.RingSettings;
import io.millrace.sender.Capacities;
import io.millrace.shim.KernelAbi;
import java.util.Locale;

/**
 * The memory that the kernel locks for rings: their slabs while they are registered and, from Linux
 * 6.14 on, the rings' own. It counts against RLIMIT_MEMLOCK of a user without CAP_IPC_LOCK.
 *
 * @param rings how many
 * @param bytes for all of them
 */
public record LockedMemory(int rings, long bytes) {
  private static final long KIB = 1 << 10;
  private static final long MIB = 1 << 20;
  private static final long PAGE_BYTES = 4 * KIB;
  private static final long HUGE_PAGE_BYTES = 2 * MIB;

  /**
   * struct io_rings of io_uring_types.h up to its array of CQEs: heads, tails and flags in cache
   * lines of their own.
   */
  private static final long RING_HEADER_BYTES = 512;

  /** What so many rings need. */
  public static LockedMemory of(RingSettings settings, BufferSettings buffers, int rings) {
    Capacities capacities = Capacities.of(settings.entries(), settings.batch());
    // A slab may lie in huge pages, and these count whole.
    long slab = hugePages(buffers) * HUGE_PAGE_BYTES;
    long sqes = roundUp((long) capacities.sqEntries() * KernelAbi.IO_URING_SQE_SIZE, PAGE_BYTES);
    long cqes = (long) capacities.cqEntries() * KernelAbi.IO_URING_CQE_SIZE;
    // Before 6.6 there is an index of 4 bytes per SQE behind the CQEs.
    long indices = (long) capacities.sqEntries() * Integer.BYTES;
    long queues = roundUp(RING_HEADER_BYTES + cqes + indices, PAGE_BYTES);
    return new LockedMemory(rings, rings * (slab + sqes + queues));
  }

  /** Huge pages of 2 MiB that the slab of one ring takes. */
  public static long hugePages(BufferSettings buffers) {
    long slab = (long) buffers.slotsPerRing() * buffers.slotBytes();
    return roundUp(slab, HUGE_PAGE_BYTES) / HUGE_PAGE_BYTES;
  }

  /** For people: {@code "32.3 MiB needed for 1 ring"}. */
  public String need() {
    return size(bytes) + " needed for " + rings + (rings == 1 ? " ring" : " rings");
  }

  /** The line for the unit. */
  public String fix() {
    long mebibytes = roundUp(bytes, MIB) / MIB;
    return ("put `LimitMEMLOCK=%dM` into the [Service] section of the unit (`ulimit -l %d` in a"
            + " shell), give the daemon CAP_IPC_LOCK (%s), or lower buffers.slots-per-ring")
        .formatted(mebibytes, mebibytes * KIB, Capability.CAP_IPC_LOCK.grant());
  }

  /** In MiB, rounded up to a tenth, or KiB where it is less than one. */
  public static String size(long bytes) {
    if (bytes < MIB) {
      return bytes / KIB + " KiB";
    }
    return bytes % MIB == 0
        ? bytes / MIB + " MiB"
        : String.format(Locale.ROOT, "%.1f MiB", Math.ceil(bytes * 10.0 / MIB) / 10);
  }

  private static long roundUp(long bytes, long unit) {
    return (bytes + unit - 1) / unit * unit;
  }
}
