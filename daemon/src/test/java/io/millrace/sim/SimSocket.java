package io.millrace.sim;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.millrace.counters.DropReason;
import io.millrace.sender.SteppedSender;
import io.millrace.shim.Errno;
import io.millrace.stream.GeneratorSource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.BitSet;

/** A socket and the network behind it: what it answers, and what has arrived at the far end. */
final class SimSocket {
  private static final ValueLayout.OfLong BIG_ENDIAN_LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** What every datagram has behind its header, if it has one. */
  static final MemorySegment PATTERN = pattern();

  private static final int MOST_NUMBER = 1 << 24;

  private final Dice dice;
  private final Faults faults;

  // How it behaves in this run.
  private final double errorChance;
  private final double stuckChance;
  private final Fault favourite;
  private final double pendingChance;
  private boolean refusesTrains;

  /** What has come back for a datagram that left: the next send is given it. 0: nothing. */
  private int pendingError;

  /** Nothing leaves now. */
  boolean stuck;

  /** The kernel copies what is sent to it. */
  boolean copies;

  /** UDP_SEGMENT; 0: none. */
  int segmentBytes;

  // What it is sent.
  private int datagramBytes;
  private boolean sequenced;
  private boolean loops;

  /** Nothing has been refused for being a train, so that nothing is sent again later. */
  private boolean inOrder = true;

  private long lastTaken = -1;
  private final BitSet arrived = new BitSet();

  // Of requests whose end the sender has seen.
  long sentDatagrams;
  long sentBytes;
  final long[] failedDatagrams = new long[DropReason.count()];

  SimSocket(Dice dice, Faults faults) {
    this.dice = dice;
    this.faults = faults;
    errorChance =
        switch (dice.between(0, 9)) {
          case 0 -> 1;
          case 1, 2, 3 -> dice.logUniform(0.01, 0.5);
          default -> 0;
        };
    stuckChance = dice.chance(0.7) ? 0 : dice.logUniform(0.001, 0.05);
    favourite = Fault.anySendError(dice);
    pendingChance = dice.chance(0.7) ? 0 : dice.pick(1.0, 0.5, 0.1, 0.01);
    refusesTrains = dice.chance(0.3);
    copies = dice.chance(0.5);
  }

  /**
   * What comes.
   *
   * @param sequenced each datagram begins with its number
   * @param loops numbers come again
   */
  void expect(int datagramBytes, boolean sequenced, boolean loops) {
    this.datagramBytes = datagramBytes;
    this.sequenced = sequenced;
    this.loops = loops;
  }

  int datagramsOf(int bytes) {
    return (bytes + datagramBytes - 1) / datagramBytes;
  }

  /** Time passes. */
  void pass() {
    if (faults.calm) {
      stuck = false;
    } else if (dice.chance(stuck ? 0.02 : stuckChance)) {
      stuck = !stuck;
      if (stuck) {
        faults.note(Fault.STUCK_TARGET);
      }
    }
    if (dice.chance(0.002)) {
      refusesTrains = !refusesTrains;
    }
    if (dice.chance(0.002)) {
      copies = !copies;
    }
  }

  /** The kernel takes a request: in the order of the source. */
  void taken(MemorySegment payload) {
    if (sequenced && !loops && inOrder) {
      long number = payload.get(BIG_ENDIAN_LONG, 0);
      if (number <= lastTaken) {
        throw new Violation("datagram " + number + " is submitted behind " + lastTaken);
      }
      lastTaken = number;
    }
  }

  /** A request to it was refused for another reason. */
  void refused(int error) {
    inOrder &= !SteppedSender.mayBeSentAgain(error);
  }

  /** Sends; returns the bytes, or -errno. */
  int send(MemorySegment payload) {
    int bytes = (int) payload.byteSize();
    if (bytes > datagramBytes && segmentBytes != datagramBytes) {
      throw new Violation(
          bytes + " bytes would leave as one datagram, for UDP_SEGMENT is " + segmentBytes);
    }
    if (pendingError != 0) {
      faults.note(Fault.PENDING_ERROR);
      return -takePendingError();
    }
    if (segmentBytes > 0 && refusesTrains) {
      Fault refusal = Fault.anyTrainError(dice);
      faults.note(refusal);
      inOrder = false;
      return -refusal.errno();
    }
    if (errorChance > 0 && dice.chance(errorChance)) {
      Fault error = dice.chance(0.7) ? favourite : Fault.anySendError(dice);
      faults.note(error);
      refused(error.errno());
      return -error.errno();
    }
    for (int offset = 0; offset < bytes; offset += datagramBytes) {
      arrive(payload.asSlice(offset, Math.min(datagramBytes, bytes - offset)));
    }
    if (pendingChance > 0 && dice.chance(pendingChance)) {
      pendingError =
          dice.pick(Errno.ECONNREFUSED, Errno.ECONNREFUSED, Errno.EHOSTUNREACH, Errno.EMSGSIZE);
    }
    return bytes;
  }

  /** The error that the next send would be given, which is not any more; or 0. */
  int takePendingError() {
    int error = pendingError;
    pendingError = 0;
    refused(error);
    return error;
  }

  private void arrive(MemorySegment datagram) {
    long from = sequenced ? GeneratorSource.HEADER_BYTES : 0;
    long bytes = datagram.byteSize();
    long wrong = MemorySegment.mismatch(datagram, from, bytes, PATTERN, from, bytes);
    if (wrong >= 0) {
      throw new Violation("byte " + (from + wrong) + " of a datagram is wrong");
    }
    if (sequenced) {
      long number = datagram.get(BIG_ENDIAN_LONG, 0);
      if (number < 0 || number > MOST_NUMBER) {
        throw new Violation("no datagram has the number " + number);
      }
      if (!loops && arrived.get((int) number)) {
        throw new Violation("datagram " + number + " came twice");
      }
      arrived.set((int) number);
    }
  }

  /** The sender has read the last CQE of a request. */
  void reaped(SimSend send) {
    if (send.result >= 0) {
      sentDatagrams += send.datagrams();
      sentBytes += send.bytes();
    } else {
      failedDatagrams[SteppedSender.reasonOf(-send.result).ordinal()] += send.datagrams();
    }
  }

  private static MemorySegment pattern() {
    byte[] bytes = new byte[4096];
    for (int index = 0; index < bytes.length; index++) {
      bytes[index] = (byte) index;
    }
    return MemorySegment.ofArray(bytes);
  }
}
