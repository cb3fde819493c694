package io.millrace.cli;

import io.millrace.LockedMemory;
import io.millrace.cli.DoctorCheck.Status;
import java.util.ArrayList;
import java.util.List;

/** Whether sockets can be had, and where their datagrams would go. Pure functions. */
final class NetworkChecks {
  private static final int IPV4_HEADER_BYTES = 20;
  private static final int IPV6_HEADER_BYTES = 40;
  private static final int UDP_HEADER_BYTES = 8;

  /**
   * So many targets are listed one by one; of more, only those with a problem, and not more of
   * these either.
   */
  private static final int MOST_LISTED = 20;

  private NetworkChecks() {}

  static List<DoctorCheck> of(Machine machine, Needs needs) {
    List<DoctorCheck> checks = new ArrayList<>();
    checks.add(openFiles(machine.openFiles(), needs.openFiles()));
    checks.add(sendBuffer(machine, needs.send().sendBufferBytes()));
    checks.addAll(summarise(machine.routes().stream().map(NetworkChecks::route).toList()));
    return checks;
  }

  private static DoctorCheck openFiles(long limit, int needed) {
    if (limit == Machine.UNLIMITED) {
      return DoctorCheck.ok("open-files", needed + " needed, unlimited");
    }
    String finding = needed + " needed, " + Long.toUnsignedString(limit) + " allowed";
    return Long.compareUnsigned(limit, needed) >= 0
        ? DoctorCheck.ok("open-files", finding)
        : DoctorCheck.fail(
            "open-files",
            finding + " (RLIMIT_NOFILE): a socket for each target",
            "put LimitNOFILE=%d into the [Service] section of the unit".formatted(needed));
  }

  private static DoctorCheck sendBuffer(Machine machine, int wanted) {
    String name = "send-buffer";
    if (machine.capabilities().has(Machine.Capabilities.NET_ADMIN)) {
      return DoctorCheck.ok(
          name, LockedMemory.size(wanted) + ", not limited for this process (CAP_NET_ADMIN)");
    }
    if (machine.sendBufferMaxBytes().isEmpty()) {
      return DoctorCheck.unknown(name, "/proc/sys/net/core/wmem_max can't be read");
    }
    long granted = machine.sendBufferMaxBytes().getAsLong();
    return granted >= wanted
        ? DoctorCheck.ok(
            name, "%s of %s".formatted(LockedMemory.size(wanted), LockedMemory.size(granted)))
        : DoctorCheck.warn(
            name,
            "send.send-buffer asks for %s, net.core.wmem_max grants %s: sends that find it full are retried, out of order"
                .formatted(LockedMemory.size(wanted), LockedMemory.size(granted)),
            "sysctl net.core.wmem_max=" + wanted);
  }

  private static DoctorCheck route(Machine.Route route) {
    String name = "target " + route.stream() + " " + route.target();
    if (route.refusal() != null) {
      DoctorCheck refused = DoctorCheck.refused(name, route.refusal());
      return route.waits()
          ? DoctorCheck.warn(name, refused.finding() + ": the target waits for it", refused.fix())
          : refused;
    }
    if (route.mtu() == 0) {
      return DoctorCheck.unknown(name, "the kernel does not say the path's MTU");
    }
    int headers = (route.ipv6() ? IPV6_HEADER_BYTES : IPV4_HEADER_BYTES) + UDP_HEADER_BYTES;
    int packet = route.datagramBytes() + headers;
    if (packet <= route.mtu()) {
      return DoctorCheck.ok(name, "packets of %d bytes, MTU %d".formatted(packet, route.mtu()));
    }
    return DoctorCheck.warn(
        name,
        "packets of %d bytes over an MTU of %d: each datagram leaves in fragments"
            .formatted(packet, route.mtu()),
        "datagram-size = %d in the source of stream %s, or a larger MTU on the way"
            .formatted(route.mtu() - headers, route.stream()));
  }

  private static List<DoctorCheck> summarise(List<DoctorCheck> targets) {
    if (targets.size() <= MOST_LISTED) {
      return targets;
    }
    List<DoctorCheck> problems =
        targets.stream().filter(target -> target.status() != Status.OK).toList();
    List<DoctorCheck> summary =
        new ArrayList<>(problems.subList(0, Math.min(problems.size(), MOST_LISTED)));
    summary.add(DoctorCheck.ok("targets", (targets.size() - problems.size()) + " others are fit"));
    if (problems.size() > MOST_LISTED) {
      List<DoctorCheck> unlisted = problems.subList(MOST_LISTED, problems.size());
      Status worst =
          unlisted.stream().map(DoctorCheck::status).max(Status::compareTo).orElseThrow();
      summary.add(
          new DoctorCheck("targets", worst, unlisted.size() + " more have a problem", "see above"));
    }
    return summary;
  }
}
