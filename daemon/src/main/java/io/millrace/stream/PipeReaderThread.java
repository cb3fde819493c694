package io.millrace.stream;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Reads standard input, a FIFO or a growing file, finds the datagrams in it and fills slots with
 * them. When the sender is slower, the writer of a FIFO waits.
 */
public final class PipeReaderThread extends SourceThread {
  /** Several of the longest datagrams; what a large pipe hands out at once. */
  private static final int INPUT_BYTES = 256 * 1024;

  private final PipeInput input;
  private final AtomicBoolean unblocking = new AtomicBoolean();
  private final Framer framer;

  /** Bytes that go into one slot at most. */
  private final int mostBytes;

  /**
   * A reader, not started; it closes the input.
   *
   * @param source of the datagrams' length; of the longest one's, where the framing isn't fixed
   * @param readAheadSlots slots that may be filled ahead of the sender; the capacity of {@code
   *     source}
   */
  public PipeReaderThread(
      String streamName,
      PipeInput input,
      Framing framing,
      Slab slab,
      BufferPool pool,
      QueuedSource source,
      int readAheadSlots,
      SlotSink sink) {
    super(streamName, slab, pool, source, readAheadSlots, sink);
    this.input = input;
    framer = framing.framer(source.datagramBytes(), counters());
    mostBytes = framing == Framing.FIXED ? bytesPerSlot() : source.datagramBytes();
  }

  @Override
  void feed() throws IOException {
    ByteBuffer in = ByteBuffer.allocateDirect(INPUT_BYTES).flip();
    try (input) {
      for (int bytes = nextFrom(in); bytes > 0; bytes = nextFrom(in)) {
        int slot = claim();
        if (slot == BufferPool.NONE) {
          return;
        }
        memory(slot).put(0, in, in.position(), bytes);
        in.position(in.position() + bytes);
        handOver(slot, bytes);
      }
    } catch (IOException failure) {
      throw new IOException(input + ": " + failure, failure);
    }
  }

  /** Bytes that are whole datagrams, read where need be; 0: there will be no more. */
  private int nextFrom(ByteBuffer in) throws IOException {
    while (true) {
      int bytes = framer.next(in, mostBytes);
      if (bytes > 0) {
        return bytes;
      }
      in.compact();
      int read = input.read(in);
      in.flip();
      if (read == PipeInput.ENDED) {
        return isStopRequested() ? 0 : framer.last(in);
      }
    }
  }

  /**
   * By a thread of its own: an interrupt closes the file, which waits until nobody reads it (JDK
   * 25, sun.nio.ch.FileChannelImpl), and a file on a network that doesn't answer is read for ever.
   */
  @Override
  void unblock() {
    if (unblocking.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("unblock-" + getName()).start(() -> input.unblock(this));
    }
  }
}
