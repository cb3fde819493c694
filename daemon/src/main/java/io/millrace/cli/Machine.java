package io.millrace.cli;

import io.millrace.config.KernelPacing;
import io.millrace.uring.KernelProbe;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What {@code doctor} has to know of the machine, read once by {@link MachineReader}; the checks
 * are functions of it. Empty is unknown: a unit with ProtectProc= or ProcSubset=pid, or a
 * container, hides files of /proc.
 *
 * @param memlockBytes RLIMIT_MEMLOCK, the soft limit, unsigned; all ones: unlimited
 * @param openFiles RLIMIT_NOFILE, the hard limit, to which the daemon raises its own, unsigned; all
 *     ones: unlimited
 * @param sendBufferMaxBytes net.core.wmem_max
 * @param routes one per target
 * @param devices that the routes lead over, each once
 */
record Machine(
    Rings rings,
    Capabilities capabilities,
    long memlockBytes,
    HugePagePool hugePages,
    Cpus cpus,
    long openFiles,
    OptionalLong sendBufferMaxBytes,
    List<Route> routes,
    List<Device> devices) {

  static final long UNLIMITED = -1;

  /**
   * io_uring.
   *
   * @param release of the kernel
   * @param features what a ring was found to do; null where none could be made
   * @param refusal why none could be made, and what to do
   * @param lackOfMemory nothing but memory was missing
   * @param disabled the sysctl kernel.io_uring_disabled
   * @param seccomp the mode of this process
   * @param pollRefusal why no kernel thread may poll a ring, and what to do; null: one may, or
   *     there are no rings
   */
  record Rings(
      String release,
      KernelProbe.@Nullable Features features,
      String refusal,
      boolean lackOfMemory,
      OptionalInt disabled,
      OptionalInt seccomp,
      @Nullable String pollRefusal) {}

  /**
   * Effective capabilities of this process.
   *
   * @param mask CapEff of /proc/self/status
   */
  record Capabilities(OptionalLong mask) {
    /** From linux/capability.h. */
    static final int NET_ADMIN = 12;

    static final int IPC_LOCK = 14;

    /** Whether it is certain that this process has it. */
    boolean has(int capability) {
      return mask.isPresent() && (mask.getAsLong() >>> capability & 1) != 0;
    }
  }

  /**
   * Reserved huge pages of 2 MiB.
   *
   * @param total all
   * @param available free ones that nobody has a claim on
   */
  record HugePagePool(OptionalLong total, OptionalLong available) {}

  /**
   * CPUs.
   *
   * @param allowed those that this process may run on, ascending
   * @param isolated kept free of other work by the kernel (isolcpus=), as a list like "2-3"; null:
   *     unknown
   * @param nohzFull without the timer tick (nohz_full=), likewise
   */
  record Cpus(List<Integer> allowed, @Nullable String isolated, @Nullable String nohzFull) {}

  /**
   * The way to a target.
   *
   * @param datagramBytes payload of each datagram of its stream
   * @param mtu path MTU with the IP header; 0: unknown
   * @param pacing its stream's pace.kernel
   * @param device the interface that it leaves by; null: unknown
   * @param refusal why there is no way, and what to do; null where there is
   * @param waits the daemon starts all the same, and the target joins when its name is resolved
   */
  record Route(
      String stream,
      String target,
      int datagramBytes,
      boolean ipv6,
      int mtu,
      KernelPacing pacing,
      @Nullable String device,
      @Nullable String refusal,
      boolean waits) {

    /** Of a target that waits for nothing. */
    Route(
        String stream,
        String target,
        int datagramBytes,
        boolean ipv6,
        int mtu,
        KernelPacing pacing,
        @Nullable String device,
        @Nullable String refusal) {
      this(stream, target, datagramBytes, ipv6, mtu, pacing, device, refusal, false);
    }
  }

  /**
   * A network interface.
   *
   * @param qdisc the kind of queueing discipline that datagrams meet; null: unknown
   * @param segments 1: it cuts trains into datagrams itself, 0: the kernel does; empty: unknown
   */
  record Device(String name, @Nullable String qdisc, OptionalInt segments) {}
}
