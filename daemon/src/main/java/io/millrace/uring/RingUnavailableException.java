package io.millrace.uring;

import io.millrace.shim.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The machine refuses a ring, or something that a ring needs. The message names the cause and the
 * fix.
 */
public final class RingUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final Path DISABLED = Path.of("/proc/sys/kernel/io_uring_disabled");

  private final boolean lackOfMemory;

  public RingUnavailableException(String message) {
    this(message, false);
  }

  private RingUnavailableException(String message, boolean lackOfMemory) {
    super(message);
    this.lackOfMemory = lackOfMemory;
  }

  /**
   * Whether more locked memory would help; how much, only the caller can say, who knows of all
   * rings.
   */
  public boolean isLackOfMemory() {
    return lackOfMemory;
  }

  static RingUnavailableException atSetup(String errno, int error) {
    String why =
        switch (error) {
          case Errno.EPERM -> forbidden();
          case Errno.EACCES ->
              "a security module (SELinux, AppArmor) forbids io_uring to this process; allow it in"
                  + " its policy";
          case Errno.ENOSYS ->
              "this kernel has no io_uring (built without CONFIG_IO_URING), or a seccomp filter"
                  + " hides it (containers' default profiles do); Millrace needs Linux 6.1 or newer"
                  + " with io_uring";
          case Errno.EINVAL ->
              "this kernel (%s) is too old; Millrace needs Linux 6.1 or newer"
                  .formatted(System.getProperty("os.version"));
          case Errno.ENOMEM ->
              "not enough memory, or the limit on locked memory (RLIMIT_MEMLOCK) is too low";
          default -> "unexpected; please report it";
        };
    return new RingUnavailableException(
        "io_uring_setup: " + errno + ": " + why, error == Errno.ENOMEM);
  }

  /** A ring whose queue a kernel thread polls, on a machine that gives others. */
  static RingUnavailableException atPolledSetup(String errno, int error, int cpu) {
    String without = "; or set rings.sqpoll.enabled = false";
    String why =
        switch (error) {
          case Errno.EACCES ->
              "a security module (SELinux: io_uring sqpoll) forbids this process a kernel thread"
                  + " that polls; allow it in its policy"
                  + without;
          case Errno.EINVAL ->
              (cpu == SqPolling.ANY_CPU
                          ? "this kernel (%s) is too old; Millrace needs Linux 6.1 or newer"
                          : "kernel %s lets no thread of this process poll on CPU "
                              + cpu
                              + ": it is offline, or not in the cpuset; name another in"
                              + " rings.sqpoll.cpus")
                      .formatted(System.getProperty("os.version"))
                  + without;
          case Errno.EAGAIN ->
              "this process may have no more threads; raise TasksMax= of the unit, or RLIMIT_NPROC"
                  + without;
          default -> null;
        };
    return why == null
        ? atSetup(errno, error)
        : new RingUnavailableException("io_uring_setup with SQPOLL: " + errno + ": " + why);
  }

  /** EPERM has two causes that look alike: the sysctl, and a seccomp filter. */
  private static String forbidden() {
    String setting;
    try {
      setting = Files.readString(DISABLED).strip();
    } catch (IOException absent) {
      setting = "0"; // kernels before 6.6 don't have the sysctl
    }
    return forbiddenBy(setting);
  }

  /** Why, by the value of kernel.io_uring_disabled. */
  static String forbiddenBy(String setting) {
    return switch (setting) {
      case "2" ->
          "kernel.io_uring_disabled=2 forbids io_uring to everybody; run `sysctl"
              + " kernel.io_uring_disabled=0`";
      case "1" ->
          "kernel.io_uring_disabled=1 forbids io_uring to processes without CAP_SYS_ADMIN that are"
              + " not in kernel.io_uring_group; run `sysctl kernel.io_uring_disabled=0`, or put the"
              + " daemon's group there";
      default ->
          "a seccomp filter forbids io_uring to this process (a container's profile, or"
              + " SystemCallFilter= of the unit); allow io_uring_setup, io_uring_enter and"
              + " io_uring_register";
    };
  }

  /** A ring that was made can't be used: what was attempted failed. */
  static RingUnavailableException atUse(String attempt, String errno, int error) {
    String why =
        switch (error) {
          case Errno.EPERM, Errno.ENOSYS ->
              ": a seccomp filter forbids a part of io_uring to this process; allow io_uring_setup,"
                  + " io_uring_enter and io_uring_register";
          default -> "";
        };
    return new RingUnavailableException(attempt + ": " + errno + why);
  }

  static RingUnavailableException atMemoryLock(long bytes) {
    return new RingUnavailableException(
        ("registering %,d bytes of buffers: ENOMEM: the limit on locked memory (RLIMIT_MEMLOCK) is"
                + " too low")
            .formatted(bytes),
        true);
  }
}
