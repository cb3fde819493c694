package io.millrace.config;

/**
 * {@code millrace.buffers}: the registered memory of each ring, {@code slotBytes * slotsPerRing}
 * bytes.
 *
 * @param slotBytes 256..1048576 bytes, a multiple of 64 (a cache line)
 * @param slotsPerRing 16..65536 slots
 * @param hugePages whether the memory is made of huge pages
 */
public record BufferSettings(int slotBytes, int slotsPerRing, HugePages hugePages) {}
