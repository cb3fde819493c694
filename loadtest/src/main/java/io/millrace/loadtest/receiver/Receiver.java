package io.millrace.loadtest.receiver;

import io.millrace.shim.Kernel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of one receiver, their threads, and the watch over them that decides when it is over.
 * {@link #stop()} from any thread, everything else from the one that made it.
 */
public final class Receiver implements AutoCloseable {
  /** How often the watch looks at the counts. */
  private static final long WATCH_NS = 20_000_000;

  private final Kernel kernel;
  private final ReceiverSettings settings;
  private final List<ReceiverSocket> sockets = new ArrayList<>();
  private final List<ReceiverThread> threads = new ArrayList<>();
  private final @Nullable PayloadFile file;
  private final @Nullable PayloadFile times;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean stopRequested;

  /** What {@link #run} tells while it runs: datagrams and bytes so far, over all ports. */
  @FunctionalInterface
  public interface Progress {
    void show(long elapsedNs, long datagrams, long bytes);
  }

  private Receiver(
      Kernel kernel,
      ReceiverSettings settings,
      @Nullable PayloadFile file,
      @Nullable PayloadFile times) {
    this.kernel = kernel;
    this.settings = settings;
    this.file = file;
    this.times = times;
  }

  /**
   * Binds every port: from here on the kernel keeps what arrives.
   *
   * @throws ReceiveException if a port can't be bound or the file can't be created
   */
  public static Receiver open(Kernel kernel, ReceiverSettings settings) {
    boolean writes = settings.write() != null || settings.writeTimes() != null;
    if (writes && settings.ports() > 1) {
      throw new IllegalArgumentException("a file takes the payloads of one port, not of several");
    }
    Receiver receiver =
        new Receiver(kernel, settings, create(settings.write()), create(settings.writeTimes()));
    try {
      receiver.openSockets();
      ReceiverThread.warmUp(kernel, receiver.sockets.getFirst());
      return receiver;
    } catch (RuntimeException failed) {
      receiver.close();
      throw failed;
    }
  }

  private static @Nullable PayloadFile create(@Nullable Path path) {
    try {
      return path == null ? null : new PayloadFile(path);
    } catch (IOException failed) {
      throw new ReceiveException("can't create " + path + ": " + failed, failed);
    }
  }

  private void openSockets() {
    InetSocketAddress first = settings.listen();
    for (int i = 0; i < settings.ports(); i++) {
      int port = first.getPort() == 0 ? 0 : first.getPort() + i;
      ReceiverSocket socket =
          ReceiverSocket.open(
              kernel,
              new InetSocketAddress(first.getAddress(), port),
              settings.receiveBufferBytes());
      sockets.add(socket);
      long limit =
          settings.ports() == 1 && settings.expectDatagrams() > 0
              ? settings.expectDatagrams()
              : Long.MAX_VALUE;
      ArrivalStatistics statistics = new ArrivalStatistics(settings.sequenced());
      ReceiverThread thread =
          new ReceiverThread(kernel, socket, statistics, file, limit, settings.cpu());
      if (times != null) {
        thread.keepTimes(times);
      }
      threads.add(thread);
    }
  }

  /** In the order of the ports. */
  public List<InetSocketAddress> addresses() {
    return sockets.stream().map(ReceiverSocket::address).toList();
  }

  /**
   * Receives until one of the ends in the settings, or {@link #stop()}.
   *
   * @throws ReceiveException if the kernel or the disk refused something
   */
  public ReceiverReport run(Progress progress) {
    CountDownLatch running = new CountDownLatch(threads.size());
    List<Thread> started = new ArrayList<>();
    for (ReceiverThread thread : threads) {
      started.add(
          Thread.ofPlatform()
              .name("receiver-" + thread.socket().address().getPort())
              .daemon()
              .start(() -> runCounted(thread, running)));
    }
    String endedBy = watch(running, progress);
    threads.forEach(ReceiverThread::stop);
    started.forEach(Receiver::join);
    Throwable failed = failure.get();
    if (failed != null) {
      throw failed instanceof ReceiveException known
          ? known
          : new ReceiveException("a receiver thread died: " + failed, failed);
    }
    if (times != null) {
      times.finish();
    }
    String sha256 = file == null ? null : file.finish();
    return ReceiverReport.of(settings, endedBy, threads, file, sha256);
  }

  private void runCounted(ReceiverThread thread, CountDownLatch running) {
    try {
      thread.run();
    } catch (Throwable failed) {
      failure.compareAndSet(null, failed);
    } finally {
      running.countDown();
    }
  }

  /** Returns why it is over. */
  private String watch(CountDownLatch running, Progress progress) {
    long startNs = System.nanoTime();
    long lastChangeNs = startNs;
    long lastDatagrams = 0;
    long maxNs = settings.maxTime().isZero() ? Long.MAX_VALUE : settings.maxTime().toNanos();
    while (true) {
      boolean threadsEnded = await(running);
      long nowNs = System.nanoTime();
      long datagrams = total(ReceiverThread::datagrams);
      if (datagrams != lastDatagrams) {
        lastDatagrams = datagrams;
        lastChangeNs = nowNs;
      }
      progress.show(nowNs - startNs, datagrams, total(ReceiverThread::bytes));
      if (failure.get() != null) {
        return "failure";
      }
      if (threadsEnded
          || (settings.expectDatagrams() > 0 && datagrams >= settings.expectDatagrams())) {
        return "expected datagrams";
      }
      if (stopRequested) {
        return "signal";
      }
      if (datagrams > 0 && nowNs - lastChangeNs >= settings.idleTimeout().toNanos()) {
        return "idle timeout";
      }
      if (nowNs - startNs >= maxNs) {
        return "time limit";
      }
    }
  }

  private long total(ToLongFunction<ReceiverThread> count) {
    return threads.stream().mapToLong(count).sum();
  }

  private static boolean await(CountDownLatch running) {
    try {
      return running.await(WATCH_NS, TimeUnit.NANOSECONDS);
    } catch (InterruptedException interrupted) {
      throw new AssertionError("nobody interrupts the watch", interrupted);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      throw new AssertionError("nobody interrupts the watch", interrupted);
    }
  }

  /** Ends {@link #run} soon. */
  public void stop() {
    stopRequested = true;
  }

  @Override
  public void close() {
    sockets.forEach(ReceiverSocket::close);
    if (file != null) {
      file.close();
    }
    if (times != null) {
      times.close();
    }
  }
}
