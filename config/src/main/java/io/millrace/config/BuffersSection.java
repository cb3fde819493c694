package io.millrace.config;

/** {@code millrace.buffers}. */
final class BuffersSection {
  static final String SLOT_SIZE = "slot-size";

  private static final int MIN_SLOT_BYTES = 256;
  private static final int MAX_SLOT_BYTES = 1 << 20;

  /**
   * A cache line: neighbouring slots are written by the CPU and read by the NIC at the same time.
   */
  private static final int SLOT_ALIGNMENT_BYTES = 64;

  private static final int MIN_SLOTS = 16;
  private static final int MAX_SLOTS = 65536;

  private BuffersSection() {}

  static BufferSettings read(ObjectReader buffers) {
    int slotBytes =
        buffers.required(SLOT_SIZE, ValueKind.sizeBytes(MIN_SLOT_BYTES, MAX_SLOT_BYTES));
    if (slotBytes % SLOT_ALIGNMENT_BYTES != 0) {
      buffers.problem(
          SLOT_SIZE,
          "%d B is not a multiple of 64 B; allowed: 256 B to 1 MiB in steps of 64 B; nearest: %d B"
              .formatted(slotBytes, slotBytes / SLOT_ALIGNMENT_BYTES * SLOT_ALIGNMENT_BYTES));
    }
    int slotsPerRing = buffers.required("slots-per-ring", ValueKind.integer(MIN_SLOTS, MAX_SLOTS));
    HugePages hugePages = buffers.required("huge-pages", ValueKind.oneOf(HugePages.class));
    buffers.rejectUnknownKeys();
    return new BufferSettings(slotBytes, slotsPerRing, hugePages);
  }
}
