package io.millrace.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SubmissionQueueTest {
  private static final int ENTRIES = 4;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment head = arena.allocate(JAVA_INT);
  private final MemorySegment tail = arena.allocate(JAVA_INT);
  private final MemorySegment flags = arena.allocate(JAVA_INT);
  private final MemorySegment array = arena.allocate(JAVA_INT, ENTRIES);
  private final MemorySegment sqes = arena.allocate(ENTRIES * 64L, 64);

  private SubmissionQueue queue(int firstIndex) {
    head.set(JAVA_INT, 0, firstIndex);
    tail.set(JAVA_INT, 0, firstIndex);
    return new SubmissionQueue(head, tail, flags, array, sqes, ENTRIES);
  }

  private final byte[] expectedBytes = new byte[64];

  /** An SQE of zeros to be filled in. */
  private ByteBuffer expected() {
    Arrays.fill(expectedBytes, (byte) 0);
    return ByteBuffer.wrap(expectedBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private byte[] sqe(int index) {
    return sqes.asSlice(index * 64L, 64).toArray(JAVA_BYTE);
  }

  @Test
  void aZeroCopySendIsWrittenByteForByte() {
    queue(0).sendZc(0x0102_0304, 0x1122_3344_5566_7788L, 65_507, 0x0203, 0x8008, 0x0A0B_0C0D);
    ByteBuffer expected = expected();
    expected.put(0, (byte) 47); // IORING_OP_SEND_ZC
    expected.put(1, (byte) 1); // IOSQE_FIXED_FILE
    expected.putShort(2, (short) 0x800C); // the flags and IORING_RECVSEND_FIXED_BUF
    expected.putInt(4, 0x0102_0304);
    expected.putLong(16, 0x1122_3344_5566_7788L);
    expected.putInt(24, 65_507);
    expected.putLong(32, 0x0A0B_0C0D);
    expected.putShort(40, (short) 0x0203);
    assertThat(sqe(0)).isEqualTo(expectedBytes);
  }

  @Test
  void aCopyingSendIsWrittenByteForByte() {
    queue(0).send(7, 0x1122_3344_5566_7788L, 1400, 12);
    ByteBuffer expected = expected();
    expected.put(0, (byte) 26); // IORING_OP_SEND
    expected.put(1, (byte) 1);
    expected.putInt(4, 7);
    expected.putLong(16, 0x1122_3344_5566_7788L);
    expected.putInt(24, 1400);
    expected.putLong(32, 12);
    assertThat(sqe(0)).isEqualTo(expectedBytes);
  }

  @Test
  void aReadAndAnUnregisteredSendNamePlainDescriptors() {
    SubmissionQueue queue = queue(0);
    queue.read(9, 0x4000, 8, -1);
    queue.sendZcUnregistered(11, 0x5000, 4, 0x8000, 3);
    ByteBuffer read = expected();
    read.put(0, (byte) 22); // IORING_OP_READ
    read.putInt(4, 9);
    read.putLong(16, 0x4000);
    read.putInt(24, 8);
    read.putLong(32, -1);
    assertThat(sqe(0)).isEqualTo(expectedBytes);
    ByteBuffer send = expected();
    send.put(0, (byte) 47);
    send.putShort(2, (short) 0x8000);
    send.putInt(4, 11);
    send.putLong(16, 0x5000);
    send.putInt(24, 4);
    send.putLong(32, 3);
    assertThat(sqe(1)).isEqualTo(expectedBytes);
  }

  @Test
  void nothingIsLeftOfTheRequestThatUsedTheEntryBefore() {
    SubmissionQueue queue = queue(0);
    sqes.fill((byte) 0xFF);
    queue.send(1, 2, 3, 4);
    ByteBuffer expected = expected();
    expected.put(0, (byte) 26);
    expected.put(1, (byte) 1);
    expected.putInt(4, 1);
    expected.putLong(16, 2);
    expected.putInt(24, 3);
    expected.putLong(32, 4);
    assertThat(sqe(0)).isEqualTo(expectedBytes);
    assertThat(sqe(1)).as("the next entry").containsOnly(0xFF);
  }

  @Test
  void theIndexArrayStandsForItself() {
    array.fill((byte) 0xFF);
    queue(0);
    assertThat(array.toArray(JAVA_INT)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void aRingWithoutAnIndexArrayNeedsNone() {
    SubmissionQueue queue = new SubmissionQueue(head, tail, flags, null, sqes, ENTRIES);
    queue.send(1, 2, 3, 4);
    assertThat(queue.publishTailRelease()).isEqualTo(1);
  }

  @Test
  void theKernelSeesNothingBeforeThePublication() {
    SubmissionQueue queue = queue(0);
    queue.send(1, 2, 3, 4);
    queue.send(1, 2, 3, 5);
    assertThat(tail.get(JAVA_INT, 0)).isZero();
    assertThat(queue.pending()).isEqualTo(2);
    assertThat(queue.publishTailRelease()).isEqualTo(2);
    assertThat(tail.get(JAVA_INT, 0)).isEqualTo(2);
  }

  @Test
  void whatTheKernelHasNotTakenStaysPending() {
    SubmissionQueue queue = queue(0);
    for (int request = 0; request < ENTRIES; request++) {
      queue.send(1, 2, 3, request);
    }
    queue.publishTailRelease();
    assertThat(queue.free()).isZero();
    head.set(JAVA_INT, 0, 3); // the kernel took three of four
    assertThat(queue.free()).isEqualTo(3);
    assertThat(queue.pending()).isEqualTo(1);
    assertThat(queue.publishTailRelease()).isEqualTo(1);
  }

  @Test
  void writingToAFullQueueIsABug() {
    SubmissionQueue queue = queue(-2);
    for (int request = 0; request < ENTRIES; request++) {
      queue.send(1, 2, 3, request);
    }
    assertThatThrownBy(() -> queue.send(1, 2, 3, 4))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("submission queue is full");
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE - 5, -6, 0, 0x7FFF_FFFE, -1})
  void indicesRunFreelyAcrossTheirWrap(int firstIndex) {
    SubmissionQueue queue = queue(firstIndex);
    int taken = firstIndex;
    long request = 0;
    for (int round = 0; round < 8; round++) {
      for (int written = 1; written <= 3; written++) {
        queue.sendZc(1, 0x1000, 1, 0, 0, request);
        int entry = (taken + written - 1) & (ENTRIES - 1);
        assertThat(sqes.get(JAVA_LONG, entry * 64L + 32)).isEqualTo(request);
        assertThat(queue.pending()).isEqualTo(written);
        assertThat(queue.free()).isEqualTo(ENTRIES - written);
        request++;
      }
      assertThat(queue.publishTailRelease()).isEqualTo(3);
      taken += 3;
      assertThat(tail.get(JAVA_INT, 0)).isEqualTo(taken);
      head.set(JAVA_INT, 0, taken);
      assertThat(queue.pending()).isZero();
      assertThat(queue.free()).isEqualTo(ENTRIES);
    }
  }

  @Test
  void taskWorkAndOverflowedCompletionsAskForAnEnter() {
    SubmissionQueue queue = queue(0);
    assertThat(queue.taskWorkPending()).isFalse();
    flags.set(JAVA_INT, 0, 1); // IORING_SQ_NEED_WAKEUP: not for us
    assertThat(queue.taskWorkPending()).isFalse();
    flags.set(JAVA_INT, 0, 1 << 2); // IORING_SQ_TASKRUN
    assertThat(queue.taskWorkPending()).isTrue();
    flags.set(JAVA_INT, 0, 1 << 1); // IORING_SQ_CQ_OVERFLOW
    assertThat(queue.taskWorkPending()).isTrue();
  }
}
