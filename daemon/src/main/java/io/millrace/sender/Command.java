package io.millrace.sender;

/**
 * The commands of a {@link CommandQueue}, packed into its first word: the verb in the lowest 8
 * bits, the stream's index in the next 24, a slot in the upper 32.
 */
final class Command {
  static final int SLOT_FILLED = 1; // argument: payload bytes
  static final int SOURCE_ENDED = 2; // argument: 1 if it failed
  static final int PAUSE = 3;
  static final int RESUME = 4;
  static final int RATE_UNLIMITED = 5;
  static final int RATE_BITS = 6; // argument: the bits of a double
  static final int RATE_DATAGRAMS = 7; // argument: the bits of a double
  static final int RATE_SOURCE = 9; // argument: the bits of a double, the speed
  static final int CHANGE = 8; // argument: a cell of ChangeCells; no stream

  private static final int STREAM_SHIFT = 8;
  private static final int SLOT_SHIFT = 32;
  private static final int VERB_MASK = 0xFF;
  private static final int STREAM_MASK = 0xFF_FFFF;

  private Command() {}

  static long of(int verb, int stream, int slot) {
    return verb | ((long) stream << STREAM_SHIFT) | ((long) slot << SLOT_SHIFT);
  }

  static int verb(long command) {
    return (int) command & VERB_MASK;
  }

  static int stream(long command) {
    return (int) (command >>> STREAM_SHIFT) & STREAM_MASK;
  }

  static int slot(long command) {
    return (int) (command >>> SLOT_SHIFT);
  }
}
