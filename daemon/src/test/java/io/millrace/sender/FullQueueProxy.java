package io.millrace.sender;

import io.millrace.shim.Kernel;

/**
 * A proxy whose sender thread never looks at its commands: {@code accepted} are taken, then the
 * queue is full.
 */
public final class FullQueueProxy implements AutoCloseable {
  private final WakeUp wakeUp;
  private final SenderProxy proxy;

  /** A proxy; {@code accepted} is a power of two. */
  public FullQueueProxy(Kernel kernel, int accepted) {
    wakeUp = new WakeUp(kernel);
    proxy = new SenderProxy(new CommandQueue(accepted), wakeUp);
  }

  public SenderProxy proxy() {
    return proxy;
  }

  @Override
  public void close() {
    wakeUp.close();
  }
}
