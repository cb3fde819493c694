package io.millrace.buffer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import io.millrace.shim.NativeKernel;
import io.millrace.uring.PartialKernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SlabTest {
  private static final long GIBIBYTE = 1L << 30;
  private static final int ADDRESS = 0x10_0000;

  /** Hands out addresses, but no memory. */
  @SuppressWarnings("UnusedMethod")
  public static final class MappingKernel {
    final List<String> calls = new ArrayList<>();
    int result;

    public int memoryMap(long bytes, int pages, MemorySegment address) {
      boolean huge = pages == KernelAbi.MR_PAGES_HUGE;
      calls.add("map " + bytes + (huge ? " huge" : " normal"));
      address.set(JAVA_LONG, 0, ADDRESS);
      return result;
    }

    public int memoryUnmap(long address, long bytes) {
      calls.add("unmap " + bytes + " at " + address);
      return 0;
    }

    Kernel kernel() {
      return PartialKernel.of(this);
    }
  }

  @Test
  void slotsLieSideBySideAndAreAligned() {
    try (Slab slab = Slab.map(NativeKernel.load(), 33, 1472, Slab.Pages.BASE)) {
      assertThat(slab.slots()).isEqualTo(33);
      assertThat(slab.slotBytes()).isEqualTo(1472);
      assertThat(slab.hugePages()).isFalse();
      for (int slot = 0; slot < slab.slots(); slot++) {
        assertThat(slab.offset(slot)).isEqualTo(slot * 1472L);
        assertThat(slab.address(slot)).isEqualTo(slab.memory().address() + slot * 1472L);
        assertThat(slab.address(slot) % 64).as("alignment of slot %d", slot).isZero();
        assertThat(slab.bufferIndex(slot)).isZero();
      }
      long last = slab.offset(32) + 1471;
      slab.memory().set(JAVA_BYTE, last, (byte) 42);
      assertThat(slab.memory().get(JAVA_BYTE, last)).isEqualTo((byte) 42);
    }
  }

  @Test
  void slotsThatCannotBeAlignedAreABug() {
    assertThatThrownBy(() -> Slab.map(new MappingKernel().kernel(), 2, 1000, Slab.Pages.BASE))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("1000 bytes are no multiple of 64");
  }

  @Test
  void oneVectorCoversASmallSlab() {
    try (Slab slab = Slab.map(NativeKernel.load(), 10, 2048, Slab.Pages.BASE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment vectors = slab.vectors(arena);
      assertThat(vectors.byteSize()).isEqualTo(KernelAbi.IOVEC_SIZE);
      assertThat(vectors.get(JAVA_LONG, 0)).isEqualTo(slab.address(0));
      assertThat(vectors.get(JAVA_LONG, 8)).isEqualTo(20480);
    }
  }

  /** Virtual memory only: nothing of it is touched. */
  @Test
  void aSlabOfMoreThanOneGibibyteIsRegisteredInChunksOfWholeSlots() {
    int slotBytes = 1_000_000 / 64 * 64; // doesn't divide a GiB
    int slots = 2500;
    try (Slab slab = Slab.map(NativeKernel.load(), slots, slotBytes, Slab.Pages.BASE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment vectors = slab.vectors(arena);
      int chunks = (int) (vectors.byteSize() / KernelAbi.IOVEC_SIZE);
      assertThat(chunks).isEqualTo(3);
      long next = slab.address(0);
      for (int chunk = 0; chunk < chunks; chunk++) {
        long bytes = vectors.get(JAVA_LONG, chunk * 16L + 8);
        assertThat(vectors.get(JAVA_LONG, chunk * 16L))
            .as("base of chunk %d", chunk)
            .isEqualTo(next);
        assertThat(bytes).isLessThanOrEqualTo(GIBIBYTE);
        assertThat(bytes % slotBytes).isZero();
        next += bytes;
      }
      assertThat(next).isEqualTo(slab.address(0) + (long) slots * slotBytes);
      for (int slot = 0; slot < slots; slot++) {
        long vector = slab.bufferIndex(slot) * 16L;
        long base = vectors.get(JAVA_LONG, vector);
        long end = base + vectors.get(JAVA_LONG, vector + 8);
        assertThat(slab.address(slot)).as("slot %d", slot).isBetween(base, end - slotBytes);
      }
    }
  }

  @Test
  void aSlabOfExactlyOneGibibyteIsOneBuffer() {
    try (Slab slab = Slab.map(NativeKernel.load(), 16_384, 65_536, Slab.Pages.BASE);
        Arena arena = Arena.ofConfined()) {
      assertThat(slab.vectors(arena).byteSize()).isEqualTo(KernelAbi.IOVEC_SIZE);
      assertThat(slab.bufferIndex(16_383)).isZero();
    }
  }

  @Test
  void hugePagesAreRoundedToTheirSizeAndUnmappedWhole() {
    MappingKernel mapping = new MappingKernel();
    Slab slab = Slab.map(mapping.kernel(), 33, 65_536, Slab.Pages.HUGE);
    assertThat(slab.hugePages()).isTrue();
    slab.close();
    assertThat(mapping.calls).containsExactly("map 4194304 huge", "unmap 4194304 at " + ADDRESS);
  }

  @Test
  void basePagesAreRoundedToTheirSizeAndHugeOnesNotAskedFor() {
    MappingKernel mapping = new MappingKernel();
    Slab slab = Slab.map(mapping.kernel(), 3, 2048, Slab.Pages.BASE);
    assertThat(slab.hugePages()).isFalse();
    slab.close();
    assertThat(mapping.calls).containsExactly("map 8192 normal", "unmap 8192 at " + ADDRESS);
  }

  @Test
  void hugePagesThatAreNotReservedAreRefusedWithTheWayToReserveThem() {
    MappingKernel mapping = new MappingKernel();
    mapping.result = -Errno.ENOMEM;
    assertThatThrownBy(() -> Slab.map(mapping.kernel(), 512, 65_536, Slab.Pages.HUGE))
        .isInstanceOf(Slab.SlabException.class)
        .hasMessage(
            "16 huge pages of 2 MiB can't be had (ENOMEM); reserve them with `sysctl"
                + " vm.nr_hugepages=N`, or set buffers.huge-pages = auto");
    assertThat(mapping.calls).as("and nothing else is tried").hasSize(1);
  }

  @Test
  void memoryThatCannotBeMappedIsRefusedWithTheKeysToLower() {
    MappingKernel mapping = new MappingKernel();
    mapping.result = -Errno.ENOMEM;
    assertThatThrownBy(() -> Slab.map(mapping.kernel(), 512, 65_536, Slab.Pages.BASE))
        .isInstanceOf(Slab.SlabException.class)
        .hasMessage(
            "33554432 bytes of buffer memory can't be mapped: ENOMEM; lower buffers.slots-per-ring"
                + " or buffers.slot-size");
  }

  @Test
  void aSlotRemembersWhoFilledIt() {
    try (Slab slab = Slab.map(NativeKernel.load(), 2, 2048, Slab.Pages.BASE)) {
      assertThat(slab.filler(1)).isZero();
      slab.filler(1, 7);
      assertThat(slab.filler(1)).isEqualTo(7);
      assertThat(slab.filler(0)).isZero();
    }
  }
}
