package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.DoctorCheck.Status;
import io.millrace.config.BufferSettings;
import io.millrace.config.Completion;
import io.millrace.config.Engine;
import io.millrace.config.HugePages;
import io.millrace.config.KernelPacing;
import io.millrace.config.RingSettings;
import io.millrace.config.SendSettings;
import io.millrace.config.ZeroCopy;
import io.millrace.uring.KernelProbe;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What doctor makes of machines that are not this one. */
final class DoctorChecksTest {
  private static final long IPC_LOCK = 1L << 14;
  private static final long NET_ADMIN = 1L << 12;

  private final Machines machine = new Machines();
  private Needs needs = Needs.defaults();

  private List<DoctorCheck> checks() {
    return DoctorCommand.checks(machine.make(), needs);
  }

  private DoctorCheck check(String name) {
    return checks().stream().filter(check -> check.name().equals(name)).findFirst().orElseThrow();
  }

  private void assertCheck(String name, Status status, String... parts) {
    DoctorCheck check = check(name);
    assertThat(check.status()).as(check.toString()).isEqualTo(status);
    for (String part : parts) {
      assertThat(check.finding() + " | " + check.fix()).contains(part);
    }
    assertThat(DoctorReport.fit(checks())).isEqualTo(status != Status.FAIL);
  }

  private void buffers(HugePages hugePages) {
    BufferSettings old = needs.buffers();
    needs =
        new Needs(
            needs.rings(),
            new BufferSettings(old.slotBytes(), old.slotsPerRing(), hugePages),
            needs.send(),
            needs.parts(),
            needs.targets());
  }

  private void send(Completion completion, ZeroCopy zeroCopy) {
    send(needs.send().engine(), completion, zeroCopy);
  }

  private void send(Engine engine) {
    send(engine, needs.send().completion(), needs.send().zeroCopy());
  }

  private void send(Engine engine, Completion completion, ZeroCopy zeroCopy) {
    SendSettings old = needs.send();
    needs =
        new Needs(
            needs.rings(),
            needs.buffers(),
            new SendSettings(
                engine,
                completion,
                zeroCopy,
                old.gso(),
                old.combineFlagBit(),
                old.sendBufferBytes()),
            needs.parts(),
            needs.targets());
  }

  private void cpus(List<Integer> cpus, int streams, int targets) {
    RingSettings old = needs.rings();
    needs =
        new Needs(
            new RingSettings(cpus, old.entries(), old.batch(), old.idle(), old.drainTimeout()),
            needs.buffers(),
            needs.send(),
            streams,
            targets);
  }

  @Test
  void fitMachineIsFit() {
    assertThat(checks()).allMatch(check -> check.status() == Status.OK && check.fix().isEmpty());
    assertThat(DoctorReport.text(checks())).endsWith("fit");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5.10.0-34-amd64", "6.0.19", "4.18.0-553.el8"})
  void oldKernelFails(String release) {
    machine.release = release;
    assertCheck("kernel", Status.WARN, release, "6.1 or newer");
    send(Engine.URING);
    assertCheck("kernel", Status.FAIL, release, "6.1 or newer");
    send(Engine.SENDMMSG);
    assertCheck("kernel", Status.OK, release);
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.1.0", "6.12.117+deb13-amd64", "7.0-rc1", "10.2"})
  void newKernelIsFine(String release) {
    machine.release = release;
    assertCheck("kernel", Status.OK, release);
  }

  @Test
  void kernelWithoutAVersionIsUnknown() {
    machine.release = "mainline";
    assertCheck("kernel", Status.WARN, "unknown");
  }

  @Test
  void refusedRingSaysCauseAndFix() {
    machine.withoutRings("io_uring_setup: EPERM: somebody forbids it; ask somebody");
    assertCheck("io_uring", Status.WARN, "EPERM");
    assertCheck("engine", Status.WARN, "sendmmsg", "see io_uring");
    send(Engine.URING);
    assertCheck("engine", Status.FAIL, "none", "send.engine = auto");
    DoctorCheck check = check("io_uring");
    assertThat(check.status()).isEqualTo(Status.FAIL);
    assertThat(check.finding()).isEqualTo("io_uring_setup: EPERM: somebody forbids it");
    assertThat(check.fix()).isEqualTo("ask somebody");
    assertThat(check("zero-copy").finding()).startsWith("unknown");
    assertThat(check("combined-cqe").finding()).startsWith("unknown");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void disabledIoUringFailsWithTheSysctl(int setting) {
    machine.withoutRings("io_uring_setup: EPERM: forbidden; allow it").disabled =
        OptionalInt.of(setting);
    assertCheck("kernel.io_uring_disabled", Status.WARN, setting + ": ");
    send(Engine.URING);
    assertCheck(
        "kernel.io_uring_disabled",
        Status.FAIL,
        setting + ": ",
        "sysctl kernel.io_uring_disabled=0");
  }

  @Test
  void everyRungOfTheLadderHasItsReason() {
    assertCheck("engine", Status.OK, "zero-copy ring", "SEND_ZC");
    send(Completion.AUTO, ZeroCopy.NEVER);
    assertCheck("engine", Status.OK, "plain ring", "send.zero-copy = never");
    send(Completion.AUTO, ZeroCopy.AUTO);
    machine.features = new KernelProbe.Features("6.1.0", false, false, Machines.BIT_15);
    assertCheck("engine", Status.OK, "plain ring", "kernel 6.1.0 has no SEND_ZC");
    machine.withoutRings("refused; allow");
    assertCheck("engine", Status.WARN, "sendmmsg", "no io_uring");
    send(Engine.SENDMMSG);
    assertCheck("engine", Status.OK, "sendmmsg", "send.engine = sendmmsg");
  }

  @Test
  void onlyARingDoesWhatTheSettingsInsistOn() {
    machine.withoutRings("refused; allow");
    send(Completion.AUTO, ZeroCopy.ALWAYS);
    assertCheck("engine", Status.FAIL, "send.zero-copy = always needs io_uring: refused", "allow");
    send(Completion.COMBINED, ZeroCopy.AUTO);
    assertCheck("engine", Status.FAIL, "send.completion = combined needs io_uring", "allow");
  }

  @Test
  void lackOfMemoryIsNoReasonToDoWithoutARing() {
    machine.withoutRings("io_uring_setup: ENOMEM: too low").lackOfMemory = true;
    assertCheck("engine", Status.FAIL, "not enough memory");
    assertCheck("io_uring", Status.FAIL, "ENOMEM");
  }

  @Test
  void sendmmsgNeedsNothingOfIoUring() {
    machine.withoutRings("refused; allow").disabled = OptionalInt.of(2);
    machine.seccomp = OptionalInt.of(2);
    machine.memlockBytes = 0;
    send(Engine.SENDMMSG);
    assertThat(checks()).allMatch(check -> check.status() == Status.OK && check.fix().isEmpty());
  }

  @Test
  void ioUringForPrivilegedOnesOnlyIsNotedEvenIfItWorksHere() {
    machine.disabled = OptionalInt.of(1);
    assertCheck(
        "kernel.io_uring_disabled",
        Status.WARN,
        "the daemon's user may not",
        "kernel.io_uring_group");
  }

  @Test
  void sysctlThatIsNotThereIsNoProblemWhereRingsWork() {
    machine.disabled = OptionalInt.empty();
    assertCheck("kernel.io_uring_disabled", Status.OK, "rings work");
    machine.withoutRings("refused; allow");
    assertThat(check("kernel.io_uring_disabled").finding()).startsWith("unknown");
  }

  @Test
  void seccompFilterIsSuspectedOnlyWhereRingsAreRefused() {
    machine.seccomp = OptionalInt.of(2);
    assertCheck("seccomp", Status.OK, "mode 2", "lets io_uring through");
    machine.withoutRings("refused; allow");
    assertThat(check("seccomp").status()).isEqualTo(Status.WARN);
    assertThat(check("seccomp").fix()).contains("io_uring_setup", "SystemCallFilter=");
  }

  @Test
  void kernelWithoutSendZcCopies() {
    machine.features = new KernelProbe.Features("6.1.0", false, false, Machines.BIT_15);
    assertCheck("zero-copy", Status.WARN, "copied");
    send(Completion.AUTO, ZeroCopy.ALWAYS);
    assertCheck("zero-copy", Status.FAIL, "send.zero-copy = auto");
    send(Completion.AUTO, ZeroCopy.NEVER);
    assertCheck("zero-copy", Status.OK, "not wanted");
  }

  @Test
  void emulatedCombinedModeFailsOnlyIfItIsForced() {
    assertCheck("combined-cqe", Status.OK, "native", "bit 15");
    machine.features = new KernelProbe.Features("6.1.0", true, false, 1 << 4);
    assertCheck("combined-cqe", Status.OK, "emulated", "bit 4");
    send(Completion.COMBINED, ZeroCopy.AUTO);
    assertCheck(
        "combined-cqe", Status.FAIL, "bit 4", "send.combine-flag-bit", "send.completion = auto");
  }

  @Test
  void combinedModeNeedsZeroCopy() {
    send(Completion.COMBINED, ZeroCopy.NEVER);
    assertCheck("combined-cqe", Status.FAIL, "zero-copy");
  }

  @Test
  void lowMemlockFailsWithTheLineForTheUnit() {
    machine.memlockBytes = 64 << 10;
    // 32 MiB of slab; 64 KiB of SQEs; 32 KiB of CQEs, an index of 4 KiB and the header.
    assertCheck(
        "memlock",
        Status.FAIL,
        "32.2 MiB needed for 1 ring",
        "64 KiB",
        "LimitMEMLOCK=33M",
        "ulimit -l 33792");
  }

  @Test
  void memlockIsForAllRingsTogether() {
    machine.memlockBytes = 64 << 20;
    cpus(List.of(1, 2), 2, 2);
    assertCheck("memlock", Status.FAIL, "needed for 2 rings", "LimitMEMLOCK=65M");
    machine.memlockBytes = 65 << 20;
    assertCheck("memlock", Status.OK);
  }

  @Test
  void memlockDoesNotCountWithItsCapability() {
    machine.memlockBytes = 0;
    machine.capabilities = OptionalLong.of(IPC_LOCK);
    assertCheck("memlock", Status.OK, "CAP_IPC_LOCK");
  }

  @Test
  void unknownCapabilitiesAreNone() {
    machine.memlockBytes = 0;
    machine.capabilities = OptionalLong.empty();
    assertCheck("memlock", Status.FAIL);
  }

  @Test
  void missingHugePagesAreCounted() {
    machine.hugePagesTotal = OptionalLong.of(10);
    machine.hugePagesAvailable = OptionalLong.of(4);
    buffers(HugePages.ALWAYS);
    assertCheck(
        "huge-pages", Status.FAIL, "16 of 2 MiB needed, 4 of 10 free", "sysctl vm.nr_hugepages=22");
    buffers(HugePages.AUTO);
    assertCheck("huge-pages", Status.OK, "not used");
    buffers(HugePages.NEVER);
    assertCheck("huge-pages", Status.OK, "not wanted");
  }

  @Test
  void hiddenMeminfoIsUnknown() {
    machine.hugePagesTotal = OptionalLong.empty();
    machine.hugePagesAvailable = OptionalLong.empty();
    buffers(HugePages.ALWAYS);
    assertCheck("huge-pages", Status.WARN, "unknown", "16 of 2 MiB");
  }

  @Test
  void cpuThatIsNotAllowedFails() {
    cpus(List.of(3, 7), 2, 2);
    assertCheck("cpus", Status.FAIL, "CPU 7 of rings.cpus", "allowed: 0-3", "taskset");
  }

  @Test
  void cpusWithoutAStreamAreNoted() {
    cpus(List.of(1, 2, 3), 2, 2);
    assertCheck("cpus", Status.WARN, "1 of the 3 CPUs", "2 streams", "rings.cpus = [1, 2]");
  }

  @Test
  void automaticCpusAreNamed() {
    machine.allowedCpus = List.of(0, 1, 2, 3, 8);
    assertCheck("cpus", Status.OK, "1 ring on CPU 8; allowed: 0-3,8");
  }

  @ParameterizedTest
  @CsvSource({
    "2-3, isolated: 2-3",
    "'', isolated: none",
    "(null), isolated: none",
    ", isolated: unknown"
  })
  void isolationIsInformation(String isolated, String finding) {
    machine.isolated = isolated;
    assertCheck("isolation", Status.OK, finding);
  }

  @Test
  void filesForEachTarget() {
    machine.openFiles = 1024;
    cpus(List.of(), 1, 1000);
    assertCheck("open-files", Status.FAIL, "1256 needed, 1024 allowed", "LimitNOFILE=1256");
    machine.openFiles = Machine.UNLIMITED;
    assertCheck("open-files", Status.OK);
  }

  @Test
  void smallSendBufferIsNoted() {
    machine.sendBufferMax = OptionalLong.of(212_992);
    assertCheck("send-buffer", Status.WARN, "4 MiB", "208 KiB", "sysctl net.core.wmem_max=4194304");
    machine.capabilities = OptionalLong.of(NET_ADMIN);
    assertCheck("send-buffer", Status.OK, "CAP_NET_ADMIN");
  }

  @Test
  void hiddenSysctlIsUnknown() {
    machine.sendBufferMax = OptionalLong.empty();
    assertCheck("send-buffer", Status.WARN, "unknown");
  }

  @ParameterizedTest
  @CsvSource({
    "1472, false, 1500, OK",
    "1473, false, 1500, WARN",
    "1452, true, 1500, OK",
    "1453, true, 1500, WARN"
  })
  void datagramsThatDoNotFitTheMtuAreNoted(int bytes, boolean ipv6, int mtu, Status status) {
    machine.routes = List.of(Machines.route(bytes, ipv6, mtu));
    String name = "target news 192.0.2.1:5004";
    assertCheck(name, status, "MTU");
    assertThat(check(name).fix())
        .startsWith(status == Status.OK ? "" : "datagram-size = " + (ipv6 ? 1452 : 1472));
  }

  @Test
  void targetThatWaitsForItsNameIsToBeLookedAt() {
    machine.routes =
        List.of(
            new Machine.Route(
                "news", "a:1", 100, false, 0, KernelPacing.NONE, null, "no name; check it", true));
    assertCheck("target news a:1", Status.WARN, "no name: the target waits for it | check it");
  }

  @Test
  void targetWithoutAWayFails() {
    machine.routes =
        List.of(
            new Machine.Route(
                "news", "a:1", 100, false, 0, KernelPacing.NONE, null, "no route; add one"));
    assertCheck("target news a:1", Status.FAIL, "no route | add one");
  }

  @Test
  void unknownMtuIsUnknown() {
    machine.routes = List.of(Machines.route(100, false, 0));
    assertCheck("target news 192.0.2.1:5004", Status.WARN, "unknown");
  }

  @Test
  void manyTargetsAreSummarised() {
    List<Machine.Route> routes =
        new ArrayList<>(Collections.nCopies(1000, Machines.route(100, false, 1500)));
    machine.routes = routes;
    assertThat(targets()).containsExactly(DoctorCheck.ok("targets", "1000 others are fit"));
    for (int target = 0; target < 30; target++) {
      routes.set(
          target,
          new Machine.Route(
              "news", "a:" + target, 100, false, 0, KernelPacing.NONE, null, "no route; add one"));
    }
    assertThat(targets()).hasSize(22);
    assertThat(targets().get(20).finding()).isEqualTo("970 others are fit");
    assertThat(targets().get(21).finding()).isEqualTo("10 more have a problem");
    assertThat(targets().get(21).status()).isEqualTo(Status.FAIL);
  }

  @ParameterizedTest
  @CsvSource({"1, OK, whole", "0, WARN, ethtool -K eth0 tx-udp-segmentation on"})
  void devicesThatDoNotCutTrainsAreNoted(int segments, Status status, String says) {
    machine.devices = List.of(new Machine.Device("eth0", "mq", OptionalInt.of(segments)));
    assertCheck("gso eth0", status, says);
    assertCheck("qdisc eth0", Status.OK, "mq");
  }

  @Test
  void devicesThatDoNotSayAreUnknown() {
    machine.devices = List.of(new Machine.Device("eth0", null, OptionalInt.empty()));
    assertCheck("gso eth0", Status.WARN, "unknown");
    assertCheck("qdisc eth0", Status.WARN, "unknown");
  }

  @Test
  void onlyFqSpacesWhatTheKernelShallPace() {
    machine.routes =
        List.of(
            Machines.kernelPacedRoute("news", KernelPacing.FQ, "eth0"),
            Machines.kernelPacedRoute("news", KernelPacing.FQ, "eth0"),
            Machines.kernelPacedRoute("film", KernelPacing.FQ, "eth1"),
            Machines.route(100, false, 1500));
    machine.devices =
        List.of(
            new Machine.Device("eth0", "pfifo_fast", OptionalInt.of(1)),
            new Machine.Device("eth1", "fq", OptionalInt.of(1)));
    assertCheck(
        "qdisc eth0",
        Status.WARN,
        "pfifo_fast does not space datagrams, and pace.kernel = fq in news:",
        "tc qdisc replace dev eth0 root fq");
    assertCheck("qdisc eth1", Status.OK, "film");
  }

  @Test
  void queuesThatSendAtTheTimesOfDatagramsAreNamed() {
    machine.routes =
        List.of(
            Machines.kernelPacedRoute("news", KernelPacing.FQ, "eth0"),
            Machines.kernelPacedRoute("film", KernelPacing.TXTIME, "eth0"),
            Machines.kernelPacedRoute("film", KernelPacing.TXTIME, "eth1"));
    machine.devices =
        List.of(
            new Machine.Device("eth0", "fq", OptionalInt.of(1)),
            new Machine.Device("eth1", "etf", OptionalInt.of(1)));
    assertCheck(
        "qdisc eth0",
        Status.OK,
        "fq spaces the datagrams of news; fq sends the datagrams of film at their times");
    assertCheck("qdisc eth1", Status.OK, "etf sends the datagrams of film at their times");
  }

  private List<DoctorCheck> targets() {
    return checks().stream().filter(check -> check.name().startsWith("target")).toList();
  }

  @Test
  void everythingUnknownIsNoException() {
    machine.disabled = OptionalInt.empty();
    machine.seccomp = OptionalInt.empty();
    machine.capabilities = OptionalLong.empty();
    machine.hugePagesTotal = OptionalLong.empty();
    machine.hugePagesAvailable = OptionalLong.empty();
    machine.isolated = null;
    machine.nohzFull = null;
    machine.sendBufferMax = OptionalLong.empty();
    assertThat(DoctorReport.fit(checks())).isTrue();
    assertThat(check("isolation").finding()).isEqualTo("isolated: unknown; nohz_full: unknown");
  }

  @Test
  void textIsAlignedAndEndsWithTheVerdict() {
    List<DoctorCheck> checks =
        List.of(
            DoctorCheck.ok("a", "good"),
            DoctorCheck.warn("longer", "so so", "do this"),
            DoctorCheck.fail("b", "bad", "do that"));
    assertThat(DoctorReport.text(checks).lines())
        .containsExactly(
            "ok    a       good",
            "warn  longer  so so",
            "              fix: do this",
            "fail  b       bad",
            "              fix: do that",
            "not fit: 1 failed, 1 to look at");
  }
}
