package io.millrace.stream;

import io.millrace.buffer.BufferRing;

/**
 * A source that lives on the ring itself: the kernel receives its datagrams into slots, on the same
 * ring that sends them. Owned by one SenderThread; made and closed by a control thread.
 */
public interface RingSource extends Source {
  /** The socket that is received from. */
  int fd();

  /** The slots that the kernel may receive into. */
  BufferRing buffers();

  /** Slots that the source may have more than it has, with the kernel and received, not taken. */
  int room();

  /**
   * The kernel has filled a slot.
   *
   * @param bytes that it wrote, header included
   * @return whether the slot is the source's now; false: there was nothing in it for the stream
   */
  boolean received(int slot, int bytes);

  /** The socket has dropped so many datagrams since it was made, modulo 2^32. */
  void kernelDrops(long drops);

  /** The kernel found no slot: until there is one, the socket's buffer has to hold what comes. */
  void ranOut();

  /**
   * The kernel doesn't receive.
   *
   * @param error why, an errno
   * @param forGood the source has ended; else it is tried again
   */
  void failed(int error, boolean forGood);
}
