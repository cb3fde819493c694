package io.millrace.stream;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.buffer.BufferRing;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.counters.SourceCounters;
import io.millrace.counters.UdpCounters;
import io.millrace.shim.KernelAbi;
import io.millrace.shim.ReceivedMessage;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;

/**
 * Datagrams that arrive at a socket: the kernel receives each, or a train of them, into a slot,
 * from which it is sent on. Owned by one SenderThread.
 *
 * <p>A train is handed over whole if its datagrams are of the stream's size, so that it leaves as
 * one. The datagrams of any other train share their slot, and are handed over one by one.
 */
public final class UdpSource implements RingSource {
  private final UdpSocket socket;
  private final Slab slab;
  private final SlotReferences references;
  private final BufferRing buffers;
  private final int datagramBytes;
  private final SourcePrefixes allowed;
  private final int sample;
  private final SourceCounters counters = new SourceCounters();
  private final UdpCounters udpCounters = new UdpCounters();

  // What was received and not taken, in a ring of the buffer ring's size.
  private final int[] slots;
  private final int[] ends;
  private final int[] sizes;
  private final int mask;
  private int accepted;
  private int taken;

  // The slot that was taken last, if there is something left in it.
  private int current;
  private int next;
  private int end;
  private int size;

  private int begin;
  private int payloadEnd;
  private int over = NOT_READY;
  private int untilSample;
  private long dropsSeen;

  /**
   * A source, which owns the socket from here on.
   *
   * @param capacity slots that may be with the kernel, or received and not taken: a power of two
   * @param datagramBytes of the longest datagram, and of those of a train
   * @param sample one in so many datagrams is taken, the first of them; 1: all
   */
  public UdpSource(
      UdpSocket socket,
      Slab slab,
      SlotReferences references,
      int capacity,
      int datagramBytes,
      SourcePrefixes allowed,
      int sample) {
    assert datagramBytes + ReceivedMessage.HEADER_BYTES <= slab.slotBytes() : "too small a slot";
    this.socket = socket;
    this.slab = slab;
    this.references = references;
    this.datagramBytes = datagramBytes;
    this.allowed = allowed;
    this.sample = sample;
    buffers = new BufferRing(slab, capacity);
    slots = new int[capacity];
    ends = new int[capacity];
    sizes = new int[capacity];
    mask = capacity - 1;
  }

  @Override
  public int fd() {
    return socket.fd();
  }

  @Override
  public BufferRing buffers() {
    return buffers;
  }

  @Override
  public int room() {
    return slots.length - buffers.count() - (accepted - taken);
  }

  @Override
  public boolean received(int slot, int bytes) {
    MemorySegment memory = slab.memory();
    long offset = slab.offset(slot);
    int payload = bytes - ReceivedMessage.HEADER_BYTES;
    if (payload <= 0) {
      udpCounters.empty();
      return false;
    }
    int segment = socket.coalesces() ? segmentBytes(memory, offset) : 0;
    int each = segment > 0 ? segment : payload;
    int datagrams = (payload + each - 1) / each;
    if (!allowed.isAll() && !allowed.allows(memory, offset + ReceivedMessage.NAME)) {
      udpCounters.notAllowed(datagrams);
      return false;
    }
    if (each > datagramBytes) {
      malformed(datagrams);
      return false;
    }
    if (ReceivedMessage.isCutOff(memory, offset)) {
      // The datagrams before the one that was cut are whole.
      malformed(1);
      datagrams = segment > 0 ? payload / each : 0;
      payload = datagrams * each;
    }
    if (sample > 1 && datagrams > 0) {
      assert segment == 0 : "trains are not received by a socket that is sampled";
      untilSample = untilSample == 0 ? sample - 1 : untilSample - 1;
      if (untilSample != sample - 1) {
        udpCounters.sampledOut(1);
        return false;
      }
    }
    if (datagrams == 0) {
      return false;
    }
    accept(slot, payload, each, datagrams);
    return true;
  }

  private void accept(int slot, int payload, int each, int datagrams) {
    references.begin(slot);
    int index = accepted & mask;
    slots[index] = slot;
    ends[index] = ReceivedMessage.HEADER_BYTES + payload;
    // A train of the stream's size is one piece, and so is a datagram; other trains fall apart.
    sizes[index] = each == datagramBytes ? payload : each;
    accepted++;
    udpCounters.queued(accepted - taken);
    counters.handedOver(datagrams, payload);
    if (datagrams > 1) {
      udpCounters.train();
    }
  }

  private void malformed(int datagrams) {
    for (int datagram = 0; datagram < datagrams; datagram++) {
      counters.malformed();
    }
  }

  private static int segmentBytes(MemorySegment memory, long offset) {
    long value = ReceivedMessage.control(memory, offset, KernelAbi.SOL_UDP, KernelAbi.UDP_GRO);
    return value < 0 ? 0 : memory.get(JAVA_INT, value);
  }

  @Override
  public void kernelDrops(long drops) {
    udpCounters.kernelDropped((drops - dropsSeen) & 0xFFFF_FFFFL);
    dropsSeen = drops;
  }

  @Override
  public void ranOut() {
    udpCounters.ranOut();
  }

  @Override
  public void failed(int error, boolean forGood) {
    udpCounters.failed();
    if (forGood) {
      over = FAILED;
    }
  }

  @Override
  public int next(int wanted, long epochNs) {
    if (next == end) {
      if (taken == accepted) {
        return over;
      }
      int index = taken & mask;
      current = slots[index];
      next = ReceivedMessage.HEADER_BYTES;
      end = ends[index];
      size = sizes[index];
      taken++;
      udpCounters.queued(accepted - taken);
    }
    begin = next;
    payloadEnd = Math.min(begin + size, end);
    next = payloadEnd;
    if (next != end) {
      references.acquire(current); // for the datagrams behind this one
    }
    return current;
  }

  @Override
  public int payloadBegin() {
    return begin;
  }

  @Override
  public int payloadBytes() {
    return payloadEnd;
  }

  @Override
  public int datagramBytes() {
    return datagramBytes;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return socket.address();
  }

  /** What it has received; any thread. */
  public SourceCounters counters() {
    return counters;
  }

  /** What it has left out or missed; any thread. */
  public UdpCounters udpCounters() {
    return udpCounters;
  }

  @Override
  public void close() {
    if (next != end) {
      references.release(current);
      next = end;
    }
    for (; taken != accepted; taken++) {
      references.release(slots[taken & mask]);
    }
    udpCounters.queued(0);
    socket.close();
  }
}
