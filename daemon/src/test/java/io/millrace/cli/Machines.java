package io.millrace.cli;

import io.millrace.config.KernelPacing;
import io.millrace.uring.KernelProbe;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Made-up machines: one on which everything is fine, with one thing changed at a time. */
final class Machines {
  static final int BIT_15 = 1 << 15;

  String release = "6.12.1";
  KernelProbe.@Nullable Features features = new KernelProbe.Features("6.12.1", true, true, BIT_15);
  String refusal = "";
  boolean lackOfMemory;
  @Nullable String pollRefusal;
  OptionalInt disabled = OptionalInt.of(0);
  OptionalInt seccomp = OptionalInt.of(0);
  OptionalLong capabilities = OptionalLong.of(0);
  long memlockBytes = Machine.UNLIMITED;
  OptionalLong hugePagesTotal = OptionalLong.of(64);
  OptionalLong hugePagesAvailable = OptionalLong.of(64);
  List<Integer> allowedCpus = List.of(0, 1, 2, 3);
  @Nullable String isolated = "2-3";
  @Nullable String nohzFull = "";
  long openFiles = 1 << 20;
  OptionalLong sendBufferMax = OptionalLong.of(8 << 20);
  List<Machine.Route> routes = List.of();
  List<Machine.Device> devices = List.of();

  Machine make() {
    return new Machine(
        new Machine.Rings(release, features, refusal, lackOfMemory, disabled, seccomp, pollRefusal),
        new Machine.Capabilities(capabilities),
        memlockBytes,
        new Machine.HugePagePool(hugePagesTotal, hugePagesAvailable),
        new Machine.Cpus(allowedCpus, isolated, nohzFull),
        openFiles,
        sendBufferMax,
        routes,
        devices);
  }

  Machines withoutRings(String why) {
    features = null;
    refusal = why;
    return this;
  }

  static Machine.Route route(int datagramBytes, boolean ipv6, int mtu) {
    return new Machine.Route(
        "news", "192.0.2.1:5004", datagramBytes, ipv6, mtu, KernelPacing.NONE, "eth0", null);
  }

  static Machine.Route kernelPacedRoute(String stream, KernelPacing pacing, String device) {
    return new Machine.Route(stream, "192.0.2.1:5004", 100, false, 1500, pacing, device, null);
  }
}
