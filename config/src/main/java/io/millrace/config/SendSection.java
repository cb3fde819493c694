package io.millrace.config;

/** {@code millrace.send}. */
final class SendSection {
  /** {@code sqe->ioprio} has 16 bits. */
  private static final int MAX_IOPRIO_BIT = 15;

  private static final int MIN_SEND_BUFFER_BYTES = 4 << 10;
  private static final int MAX_SEND_BUFFER_BYTES = 1 << 30;

  private SendSection() {}

  /**
   * Reads it.
   *
   * @param polled rings.sqpoll.enabled
   */
  static SendSettings read(ObjectReader send, boolean polled) {
    Engine engine = send.required("engine", ValueKind.oneOf(Engine.class));
    Completion completion = send.required("completion", ValueKind.oneOf(Completion.class));
    ZeroCopy zeroCopy = send.required("zero-copy", ValueKind.oneOf(ZeroCopy.class));
    Gso gso = send.required("gso", ValueKind.oneOf(Gso.class));
    int combineFlagBit =
        send.required("combine-flag-bit", ValueKind.integerOrAuto(0, MAX_IOPRIO_BIT));
    int sendBufferBytes = send.required("send-buffer", sendBuffer());
    if (engine == Engine.SENDMMSG && zeroCopy == ZeroCopy.ALWAYS) {
      send.problem(
          "zero-copy", "always needs io_uring, and engine = sendmmsg; allowed: auto, never");
    }
    if (engine == Engine.SENDMMSG && completion == Completion.COMBINED) {
      send.problem(
          "completion", "combined needs io_uring, and engine = sendmmsg; allowed: auto, paired");
    }
    if (engine == Engine.SENDMMSG && polled) {
      send.problem(
          "engine", "sendmmsg has no rings, and rings.sqpoll.enabled = true; allowed: auto, uring");
    }
    send.rejectUnknownKeys();
    return new SendSettings(engine, completion, zeroCopy, gso, combineFlagBit, sendBufferBytes);
  }

  /** Also of a target's socket. */
  static ValueKind<Integer> sendBuffer() {
    return ValueKind.sizeBytes(MIN_SEND_BUFFER_BYTES, MAX_SEND_BUFFER_BYTES);
  }
}
