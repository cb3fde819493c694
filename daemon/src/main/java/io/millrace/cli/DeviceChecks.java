package io.millrace.cli;

import io.millrace.config.Gso;
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
              machine.routes().stream()
                  .filter(route -> route.kernelPaced() && device.name().equals(route.device()))
                  .map(Machine.Route::stream)
                  .distinct()
                  .toList()));
    }
    return checks;
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
   * @param paced streams that want the kernel to space their datagrams there
   */
  private static DoctorCheck queueing(Machine.Device device, List<String> paced) {
    String name = "qdisc " + device.name();
    String kind = device.qdisc();
    if (kind == null) {
      return DoctorCheck.unknown(
          name, "the kernel does not say (tc qdisc show dev " + device.name() + ")");
    }
    if (paced.isEmpty()) {
      return DoctorCheck.ok(name, kind);
    }
    if (kind.equals("fq")) {
      return DoctorCheck.ok(name, "fq spaces the datagrams of " + String.join(", ", paced));
    }
    return DoctorCheck.warn(
        name,
        "%s does not space datagrams, and pace.kernel = fq in %s: they leave in bursts"
            .formatted(kind, String.join(", ", paced)),
        "tc qdisc replace dev %s root fq, or pace.kernel = none".formatted(device.name()));
  }
}
