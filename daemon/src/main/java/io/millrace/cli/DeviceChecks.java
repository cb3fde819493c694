package io.millrace.cli;

import io.millrace.config.Gso;
import io.millrace.config.KernelPacing;
import java.util.ArrayList;
import java.util.List;

/**
 * What the interfaces that the targets are reached by do with datagrams: whether they cut trains,
 * and whether they honour {@code pace.kernel}. Pure functions.
 */
final class DeviceChecks {
  private DeviceChecks() {}

  static List<DoctorCheck> of(Machine machine, Needs needs) {
    List<DoctorCheck> checks = new ArrayList<>();
    for (Machine.Device device : machine.devices()) {
      checks.add(segmentation(device, needs.send().gso()));
      checks.add(
          queueing(
              device,
              pacedBy(machine, device, KernelPacing.FQ),
              pacedBy(machine, device, KernelPacing.TXTIME)));
    }
    return checks;
  }

  /** The streams that leave by a device and want the kernel to space them in this way. */
  private static List<String> pacedBy(Machine machine, Machine.Device device, KernelPacing way) {
    return machine.routes().stream()
        .filter(route -> route.pacing() == way && device.name().equals(route.device()))
        .map(Machine.Route::stream)
        .distinct()
        .toList();
  }

  private static DoctorCheck segmentation(Machine.Device device, Gso gso) {
    String name = "gso " + device.name();
    if (gso == Gso.NEVER) {
      return DoctorCheck.ok(name, "not wanted (send.gso = never)");
    }
    if (device.segments().isEmpty()) {
      return DoctorCheck.unknown(
          name, "the device does not say (ethtool -k " + device.name() + ")");
    }
    return device.segments().getAsInt() != 0
        ? DoctorCheck.ok(name, "takes trains whole (tx-udp-segmentation)")
        : DoctorCheck.warn(
            name,
            "the kernel cuts trains for it, at some cost for each datagram"
                + " (tx-udp-segmentation is off)",
            "ethtool -K %s tx-udp-segmentation on, if the device can".formatted(device.name()));
  }

  /**
   * Checks the queueing discipline.
   *
   * @param paced streams that want the kernel to space their datagrams there by a rate
   * @param timed streams whose datagrams bring their times; where the queue doesn't take them, the
   *     start is refused, and the check of the target says so
   */
  private static DoctorCheck queueing(
      Machine.Device device, List<String> paced, List<String> timed) {
    String name = "qdisc " + device.name();
    String kind = device.qdisc();
    if (kind == null) {
      return DoctorCheck.unknown(
          name, "the kernel does not say (tc qdisc show dev " + device.name() + ")");
    }
    String sends =
        timed.isEmpty()
            ? ""
            : "%s sends the datagrams of %s at their times"
                .formatted(kind, String.join(", ", timed));
    if (paced.isEmpty()) {
      return DoctorCheck.ok(name, timed.isEmpty() ? kind : sends);
    }
    if (kind.equals("fq")) {
      String spaces = "fq spaces the datagrams of " + String.join(", ", paced);
      return DoctorCheck.ok(name, timed.isEmpty() ? spaces : spaces + "; " + sends);
    }
    return DoctorCheck.warn(
        name,
        "%s does not space datagrams, and pace.kernel = fq in %s: they leave in bursts"
            .formatted(kind, String.join(", ", paced)),
        "tc qdisc replace dev %s root fq, or pace.kernel = none".formatted(device.name()));
  }
}
