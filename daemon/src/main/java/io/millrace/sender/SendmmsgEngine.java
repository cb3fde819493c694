package io.millrace.sender;

import io.millrace.counters.RingCounters;
import io.millrace.mmsg.MessageBatch;
import io.millrace.mmsg.SocketPoll;
import io.millrace.mmsg.WaitingMessages;
import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.uring.CompletionMerger;
import io.millrace.uring.CompletionMerger.Form;

/**
 * Sends by sendmmsg(2), where io_uring is forbidden: one downcall for all that was written, in
 * which every target has a system call of its own. A request ends at once, but where its socket's
 * buffer is full: then it waits, as it would in a ring, and holds back no other target. Owned by
 * one SenderThread.
 */
public final class SendmmsgEngine implements SendEngine {
  private final Kernel kernel;
  private final int[] sockets;
  private final MessageBatch batch;
  private final WaitingMessages waiting;
  private final SocketPoll poll;
  private final WakeUp wakeUp;
  private final RingCounters counters;
  private final CompletionMerger.Sink sink;

  /** Targets whose waiting messages are in the batch again. */
  private final int[] resumed = new int[SocketPoll.MOST];

  private int resumedCount;

  private SendmmsgEngine(
      Kernel kernel,
      int requests,
      int[] sockets,
      RingCounters counters,
      CompletionMerger.Sink sink,
      WakeUp wakeUp,
      SocketPoll poll) {
    this.kernel = kernel;
    this.sockets = sockets;
    this.counters = counters;
    this.sink = sink;
    this.wakeUp = wakeUp;
    this.poll = poll;
    // Whatever is not reaped is in the batch or waits, so that all of it has room in the batch.
    batch = new MessageBatch(kernel, requests, sockets);
    waiting = new WaitingMessages(requests, sockets.length);
  }

  /**
   * Opens an engine.
   *
   * @param sockets of the targets, by index, {@link #NO_SOCKET} where there is room for one
   * @throws IllegalStateException if this process has too many files open
   */
  public static SendmmsgEngine open(
      Kernel kernel,
      int[] sockets,
      Capacities capacities,
      RingCounters counters,
      CompletionMerger.Sink sink) {
    WakeUp wakeUp = new WakeUp(kernel);
    int[] own = sockets.clone();
    try {
      SocketPoll poll = new SocketPoll(kernel, own, wakeUp.fd());
      return new SendmmsgEngine(kernel, capacities.requests(), own, counters, sink, wakeUp, poll);
    } catch (RuntimeException refused) {
      wakeUp.close();
      throw refused;
    }
  }

  @Override
  public WakeUp wakeUp() {
    return wakeUp;
  }

  @Override
  public RingCounters.Op copyingOp() {
    return RingCounters.Op.SENDMMSG;
  }

  @Override
  public RingCounters.Op timedOp() {
    return RingCounters.Op.SENDMMSG;
  }

  @Override
  public void begin() {
    // Nothing here belongs to one thread for the kernel.
  }

  @Override
  public int socket(int target, int descriptor) {
    assert !waiting.has(target) : "messages wait for the socket of target " + target;
    poll.forget(target);
    sockets[target] = descriptor;
    return 0;
  }

  @Override
  public int free() {
    return batch.free();
  }

  @Override
  public void send(int target, long address, int bytes, int request) {
    sendAt(target, address, bytes, MessageBatch.NO_TIME, request);
  }

  @Override
  public void sendAt(int target, long address, int bytes, long departureNs, int request) {
    if (waiting.has(target)) {
      // It must not overtake what waits.
      waiting.add(target, address, bytes, departureNs, request);
    } else {
      batch.add(target, address, bytes, departureNs, request);
    }
  }

  @Override
  public void sendZc(int target, long address, int bytes, int bufferIndex, int flags, int request) {
    throw new AssertionError("sendmmsg copies");
  }

  @Override
  public void flush() {
    if (waiting.targets() > 0 && resumedCount == 0) {
      resume(0);
    }
    if (batch.size() > 0) {
      counters.entered(batch.send(kernel));
    }
  }

  @Override
  public void await(long timeoutNs) {
    assert batch.size() == 0 : "what was sent last is not reaped";
    resume(timeoutNs);
  }

  /** Takes up what waits for sockets that have room again, waiting for the first of them. */
  private void resume(long timeoutNs) {
    assert resumedCount == 0 : "what was taken up last is not reaped";
    int events = poll.look(timeoutNs);
    for (int event = 0; event < events; event++) {
      int target = poll.target(event);
      if (target >= 0) {
        waiting.moveInto(batch, target);
        resumed[resumedCount++] = target;
      }
    }
  }

  @Override
  public int reap() {
    int size = batch.size();
    int ended = 0;
    for (int message = 0; message < size; message++) {
      int result = batch.result(message);
      int target = batch.target(message);
      if (result == -Errno.EAGAIN) {
        waiting.add(
            target,
            batch.address(message),
            batch.bytes(message),
            batch.departureNs(message),
            batch.request(message));
        poll.watch(target);
      } else {
        sink.onCompletion(batch.request(message), result, Form.SINGLE, false);
        ended++;
      }
    }
    batch.clear();
    // Not before: one that is still full must not be added anew, which may be an event at once.
    while (resumedCount > 0) {
      int target = resumed[--resumedCount];
      if (!waiting.has(target)) {
        poll.forget(target);
      }
    }
    return ended;
  }

  @Override
  public long overflows() {
    return 0;
  }

  @Override
  public void close() {
    poll.close();
    wakeUp.close();
  }
}
