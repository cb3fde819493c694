package io.millrace.cli;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.millrace.shim.Kernel;
import io.millrace.shim.NativeKernel;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd how the service does, in the words of sd_notify(3); where nobody asked to be told
 * (no NOTIFY_SOCKET), nothing happens. Any thread.
 */
final class ServiceManager {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceManager.class);

  /** The socket's name; null: nobody listens. */
  private final @Nullable String socket;

  private final Supplier<Kernel> kernel;
  private final LongSupplier monotonicNs;
  private final long watchdogNs;
  private boolean complained;

  /**
   * As an environment says: NOTIFY_SOCKET, and WATCHDOG_USEC if WATCHDOG_PID is this process or
   * isn't set.
   *
   * @param kernel asked for when there is something to say
   * @param monotonicNs CLOCK_MONOTONIC
   */
  ServiceManager(
      Map<String, String> environment,
      long pid,
      Supplier<Kernel> kernel,
      LongSupplier monotonicNs) {
    this.kernel = kernel;
    this.monotonicNs = monotonicNs;
    socket = environment.get("NOTIFY_SOCKET");
    watchdogNs = watchdogNs(environment, pid);
  }

  /**
   * As this process's environment says.
   *
   * <p>System.nanoTime() is CLOCK_MONOTONIC on Linux, the clock that systemd compares with.
   */
  static ServiceManager ofThisProcess() {
    return new ServiceManager(
        System.getenv(), ProcessHandle.current().pid(), NativeKernel::load, System::nanoTime);
  }

  private static long watchdogNs(Map<String, String> environment, long pid) {
    String limit = environment.getOrDefault("WATCHDOG_USEC", "");
    String of = environment.getOrDefault("WATCHDOG_PID", "");
    try {
      boolean ours = of.isEmpty() || Long.parseLong(of) == pid;
      return limit.isEmpty() || !ours ? 0 : TimeUnit.MICROSECONDS.toNanos(Long.parseLong(limit));
    } catch (NumberFormatException odd) {
      LOG.warn("the watchdog of the service manager is left aside: {}", odd.getMessage());
      return 0;
    }
  }

  /** Whether anybody listens. */
  boolean isThere() {
    return socket != null;
  }

  /**
   * How often {@link #alive} should be said, in nanoseconds: three times within the limit; 0:
   * never.
   */
  long aliveEveryNs() {
    return watchdogNs / 3;
  }

  /** The start is over, or a reload. */
  void ready(String status) {
    tell("READY=1\nSTATUS=" + status);
  }

  /** A reload begins; {@link #ready} ends it. */
  void reloading() {
    tell(
        "RELOADING=1\nMONOTONIC_USEC="
            + TimeUnit.NANOSECONDS.toMicros(monotonicNs.getAsLong())
            + "\nSTATUS=reloading the configuration");
  }

  /** What {@code systemctl status} shows; one line. */
  void status(String status) {
    tell("STATUS=" + status);
  }

  /** The end has begun. */
  void stopping() {
    tell("STOPPING=1\nSTATUS=stopping: waiting for what is in flight");
  }

  /** Feeds the watchdog: every ring makes progress. */
  void alive() {
    tell("WATCHDOG=1");
  }

  private void tell(String message) {
    if (socket == null) {
      return;
    }
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    Kernel calls = kernel.get();
    int result;
    try (Arena arena = Arena.ofConfined()) {
      result =
          calls.notifyManager(
              arena.allocateFrom(socket), arena.allocateFrom(JAVA_BYTE, bytes), bytes.length);
    }
    if (result < 0 && !complained) {
      complained = true;
      LOG.warn(
          "the service manager can't be told anything: {}: {}", socket, calls.errnoName(-result));
    }
  }
}
