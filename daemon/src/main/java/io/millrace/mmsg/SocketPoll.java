package io.millrace.mmsg;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.shim.KernelAbi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Tells which full sockets have room again, and sleeps until one has, until somebody wakes the
 * thread, or until time has passed. Owned by one SenderThread.
 *
 * <p>Edge-triggered: the sockets have IP_RECVERR set and nobody reads their error queues, so that a
 * level-triggered wait would end at once for ever (EPOLLERR). An edge can't be missed: a socket is
 * added after it was found full, and adding one that has room meanwhile is an event. (socket(7):
 * there is room when less than half of the send buffer is in use.) The eventfd is never read for
 * the same reason: each signal is an edge.
 */
public final class SocketPoll implements AutoCloseable {
  /** Sockets that are told of at a time; others are at the next. */
  public static final int MOST = 64;

  private static final int WAKE_UP = -1;

  private final Kernel kernel;
  private final int[] sockets;
  private final boolean[] watched;
  private final int fd;
  private final MemorySegment tags = Arena.ofAuto().allocate(JAVA_INT, MOST);
  private int found;

  /**
   * Watches nothing but the wake-up.
   *
   * @param sockets of each target
   * @param wakeUpFd an eventfd
   * @throws IllegalStateException if this process has too many files open
   */
  public SocketPoll(Kernel kernel, int[] sockets, int wakeUpFd) {
    this.kernel = kernel;
    this.sockets = sockets;
    watched = new boolean[sockets.length];
    fd = kernel.pollOpen();
    if (fd < 0) {
      throw new IllegalStateException("epoll_create1: " + kernel.errnoName(-fd));
    }
    check(kernel.pollAdd(fd, wakeUpFd, KernelAbi.EPOLLIN | KernelAbi.EPOLLET, WAKE_UP));
  }

  /** Watches the socket of a target that was just found full. */
  public void watch(int target) {
    if (!watched[target]) {
      watched[target] = true;
      check(kernel.pollAdd(fd, sockets[target], KernelAbi.EPOLLOUT | KernelAbi.EPOLLET, target));
    }
  }

  /** A watched target is full no more: its socket goes back to costing nothing. */
  public void forget(int target) {
    if (watched[target]) {
      watched[target] = false;
      check(kernel.pollRemove(fd, sockets[target]));
    }
  }

  private void check(int result) {
    if (result < 0) {
      throw new IllegalStateException("epoll_ctl: " + kernel.errnoName(-result));
    }
  }

  /**
   * Looks for events, waiting for the first.
   *
   * @param timeoutNs at most; 0: not at all
   * @return events, each a {@link #target}
   */
  public int look(long timeoutNs) {
    int result = kernel.pollWait(fd, timeoutNs, tags, MOST);
    if (result < 0 && result != -Errno.EINTR) {
      throw new IllegalStateException("epoll_wait: " + kernel.errnoName(-result));
    }
    found = Math.max(0, result);
    return found;
  }

  /** The target that event {@code index} of the last look is about; negative: the wake-up. */
  public int target(int index) {
    assert index < found : "no event " + index;
    return tags.getAtIndex(JAVA_INT, index);
  }

  @Override
  public void close() {
    kernel.close(fd);
  }
}
