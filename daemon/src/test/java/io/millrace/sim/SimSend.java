package io.millrace.sim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.millrace.shim.KernelAbi;
import java.lang.foreign.MemorySegment;

/** A send that the kernel has taken: from its SQE to the sender's reading of its last CQE. */
final class SimSend {
  final int request;
  final SimSocket socket;
  final int opcode;
  final int ioprio;
  final MemorySegment payload;

  /** The bytes of the slot as they were when the kernel took the request. */
  private final MemorySegment copy;

  /** When the kernel took it, counted in requests. */
  final long number;

  /** The result is known; what else the kernel has to do with the buffer follows. */
  boolean decided;

  int result;
  boolean refusedEarly;

  /** In the list of what gets further at the next io_uring_enter. */
  boolean isReady;

  /** Its last CQE is posted: the kernel doesn't use the buffer any more. */
  boolean ended;

  SimSend(
      int request,
      SimSocket socket,
      int opcode,
      int ioprio,
      MemorySegment payload,
      MemorySegment copy,
      long number) {
    this.request = request;
    this.socket = socket;
    this.opcode = opcode;
    this.ioprio = ioprio;
    this.payload = payload;
    this.copy = copy;
    this.number = number;
    MemorySegment.copy(payload, 0, copy, 0, payload.byteSize());
  }

  int bytes() {
    return (int) payload.byteSize();
  }

  int datagrams() {
    return socket.datagramsOf(bytes());
  }

  boolean has(int flag) {
    return (ioprio & flag) != 0;
  }

  boolean isZeroCopy() {
    return opcode == KernelAbi.IORING_OP_SEND_ZC;
  }

  /** The buffer is the kernel's, so nobody may have written to it. */
  void checkPayload() {
    long at = payload.mismatch(copy.asSlice(0, payload.byteSize()));
    if (at >= 0) {
      throw new Violation(
          "request %d was sent from %#x and byte %d of it is %d now, and was %d"
              .formatted(
                  request,
                  payload.address(),
                  at,
                  payload.get(JAVA_BYTE, at),
                  copy.get(JAVA_BYTE, at)));
    }
  }
}
