package io.millrace.stream;

import io.millrace.counters.SkipReason;
import io.millrace.counters.SourceCounters;
import java.nio.ByteBuffer;

/**
 * Finds the datagrams in a stream of bytes. What is no datagram is left out and counted. Owned by
 * one thread.
 */
abstract sealed class Framer {
  private final SourceCounters counters;

  /** Bytes of the input that still belong to something that is left out. */
  private long unwanted;

  private Framer(SourceCounters counters) {
    this.counters = counters;
  }

  /** Every so many bytes are a datagram, also the fewer ones at the end. */
  static Framer fixed(int datagramBytes, SourceCounters counters) {
    return new Fixed(datagramBytes, counters);
  }

  /**
   * Before each datagram stands its length, big-endian. One of 0 is skipped; one that is too long
   * is left out whole.
   *
   * @param lengthBytes 2 or 4
   */
  static Framer prefixed(int lengthBytes, int mostBytes, SourceCounters counters) {
    return new Prefixed(lengthBytes, mostBytes, counters);
  }

  /**
   * Every line is a datagram, without its end (LF or CR LF). An empty one is skipped; one that is
   * too long is left out whole.
   */
  static Framer lines(int mostBytes, SourceCounters counters) {
    return new Lines(mostBytes, counters);
  }

  /**
   * Moves the input's position to the next datagrams.
   *
   * @param in at least the longest datagram and its frame fit into it
   * @param mostBytes to be had at once
   * @return bytes from the position on that are whole datagrams, which the caller takes; 0: more
   *     input is needed
   */
  final int next(ByteBuffer in, int mostBytes) {
    discard(in);
    return unwanted > 0 ? 0 : find(in, mostBytes);
  }

  /**
   * What is left when there is no more input and {@link #next} has found nothing in it.
   *
   * @return bytes from the position on that are a datagram; 0: there is none
   */
  abstract int last(ByteBuffer in);

  abstract int find(ByteBuffer in, int mostBytes);

  final void skipped() {
    counters.skipped(SkipReason.EMPTY);
  }

  /** The next so many bytes are not what they should be. */
  final void malformed(ByteBuffer in, long bytes) {
    counters.malformed();
    unwanted = bytes;
    discard(in);
  }

  private void discard(ByteBuffer in) {
    int gone = (int) Math.min(unwanted, in.remaining());
    in.position(in.position() + gone);
    unwanted -= gone;
  }

  private static final class Fixed extends Framer {
    private final int datagramBytes;

    Fixed(int datagramBytes, SourceCounters counters) {
      super(counters);
      this.datagramBytes = datagramBytes;
    }

    @Override
    int find(ByteBuffer in, int mostBytes) {
      int bytes = Math.min(in.remaining(), mostBytes);
      return bytes - bytes % datagramBytes;
    }

    @Override
    int last(ByteBuffer in) {
      return in.remaining(); // fewer than a datagram
    }
  }

  private static final class Prefixed extends Framer {
    private final int lengthBytes;
    private final int mostBytes;

    Prefixed(int lengthBytes, int mostBytes, SourceCounters counters) {
      super(counters);
      this.lengthBytes = lengthBytes;
      this.mostBytes = mostBytes;
    }

    @Override
    int find(ByteBuffer in, int most) {
      while (in.remaining() >= lengthBytes) {
        long length = length(in);
        if (length == 0) {
          in.position(in.position() + lengthBytes);
          skipped();
        } else if (length > mostBytes) {
          malformed(in, lengthBytes + length);
        } else if (in.remaining() < lengthBytes + length) {
          return 0;
        } else {
          in.position(in.position() + lengthBytes);
          return (int) length;
        }
      }
      return 0;
    }

    private long length(ByteBuffer in) {
      return lengthBytes == Short.BYTES
          ? Short.toUnsignedLong(in.getShort(in.position()))
          : Integer.toUnsignedLong(in.getInt(in.position()));
    }

    @Override
    int last(ByteBuffer in) {
      if (in.hasRemaining()) {
        malformed(in, in.remaining());
      }
      return 0;
    }
  }

  private static final class Lines extends Framer {
    private static final byte LINE_FEED = '\n';
    private static final byte CARRIAGE_RETURN = '\r';

    private final int mostBytes;

    /** The line that was found last; its end comes behind it. */
    private boolean inLine;

    /** The rest of a line that is too long comes first. */
    private boolean tooLong;

    Lines(int mostBytes, SourceCounters counters) {
      super(counters);
      this.mostBytes = mostBytes;
    }

    @Override
    int find(ByteBuffer in, int most) {
      if (inLine) {
        in.position(endOf(in) + 1);
        inLine = false;
      }
      while (in.hasRemaining()) {
        int end = endOf(in);
        if (end == in.limit()) {
          if (in.remaining() > mostBytes + 1) {
            tooLong = true;
            in.position(end);
          }
          return 0;
        }
        int bytes = end - in.position();
        if (bytes > 0 && in.get(end - 1) == CARRIAGE_RETURN) {
          bytes--;
        }
        if (tooLong || bytes > mostBytes) {
          tooLong = false;
          malformed(in, end + 1 - in.position());
        } else if (bytes == 0) {
          in.position(end + 1);
          skipped();
        } else {
          inLine = true;
          return bytes;
        }
      }
      return 0;
    }

    private static int endOf(ByteBuffer in) {
      int index = in.position();
      while (index < in.limit() && in.get(index) != LINE_FEED) {
        index++;
      }
      return index;
    }

    @Override
    int last(ByteBuffer in) {
      if (tooLong || in.remaining() > mostBytes) {
        tooLong = false;
        malformed(in, in.remaining());
        return 0;
      }
      return in.remaining();
    }
  }
}
