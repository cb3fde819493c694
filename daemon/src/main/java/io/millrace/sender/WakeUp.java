package io.millrace.sender;

import io.millrace.shim.Kernel;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Wakes a sender thread that sleeps in the kernel: an eventfd that its engine waits for. A producer
 * makes the system call only when the thread says that it sleeps.
 */
final class WakeUp implements AutoCloseable {
  private static final VarHandle SLEEPING;

  static {
    try {
      SLEEPING = MethodHandles.lookup().findVarHandle(WakeUp.class, "sleeping", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Kernel kernel;
  private final int fd;
  private volatile boolean sleeping;

  WakeUp(Kernel kernel) {
    this.kernel = kernel;
    fd = kernel.eventfd();
    if (fd < 0) {
      throw new IllegalStateException("eventfd: " + kernel.errnoName(-fd));
    }
  }

  int fd() {
    return fd;
  }

  /**
   * The sender thread is about to sleep; it must look once more for work after this call. The fence
   * puts the store before that look, and the one in {@link #signal} a producer's work before its
   * load: one of the two sees the other. (A volatile store alone is not enough: the look is an
   * acquire load, which may overtake it.)
   */
  void willSleep() {
    sleeping = true;
    VarHandle.fullFence();
  }

  void awake() {
    SLEEPING.setOpaque(this, false);
  }

  /** Wakes the thread if it sleeps; any thread, after it has published work. */
  void signal() {
    VarHandle.fullFence();
    if (sleeping) {
      int result = kernel.eventfdSignal(fd);
      assert result >= 0 : "eventfd: " + kernel.errnoName(-result);
    }
  }

  @Override
  public void close() {
    kernel.close(fd);
  }
}
