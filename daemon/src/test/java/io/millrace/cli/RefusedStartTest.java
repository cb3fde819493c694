package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.Unresolvable;
import io.millrace.shim.NativeKernel;
import io.millrace.uring.KernelProbe;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A machine that refuses is told apart from a bad configuration, and the message says what to do.
 * Real processes.
 */
@Timeout(180)
final class RefusedStartTest {
  private static final String SMALL =
      "admin.enabled = false, rings.entries = 64, buffers { slots-per-ring = 64, huge-pages = never"
          + " }\n";

  @TempDir private Path folder = Path.of("");

  private static String stream(String target) {
    return ("streams { news { source { type = generator, datagram-size = 100, count = 1 }\n"
            + " targets = [ { to = \"%s\" } ] } }")
        .formatted(target);
  }

  private String refused(int exit, String text) throws InterruptedException {
    return refused(exit, List.of(), text);
  }

  private String refused(int exit, List<String> launcher, String text) throws InterruptedException {
    String file = MillraceProcess.config(folder, text).toString();
    try (MillraceProcess run =
        MillraceProcess.start(folder, launcher, Map.of(), "run", file, "--exit-when-done")) {
      return run.hasExited(exit).err();
    }
  }

  @Test
  void unresolvableHost() throws Exception {
    assertThat(refused(2, SMALL + stream("no-such-host.invalid:5004")))
        .contains("millrace.streams.news: target no-such-host.invalid:5004", "resolved");
  }

  @Test
  void missingInterface() throws Exception {
    String text =
        SMALL
            + "streams { news { source { type = generator }\n"
            + " targets = [ { to = \"127.0.0.1:5004\", interface = nosuch0 } ] } }";
    assertThat(refused(3, text)).contains("target 127.0.0.1:5004", "no interface nosuch0", "lo");
  }

  private static String target(String options) {
    return SMALL
        + "streams { news { source { type = generator, count = 1 }\n targets = [ { %s } ] } }"
            .formatted(options);
  }

  @Test
  void broadcastThatNobodyAskedFor() throws Exception {
    String to = "to = \"127.255.255.255:5004\"";
    assertThat(refused(3, target(to))).contains("connect: EACCES", "put broadcast = true");
    assertThat(refused(0, target(to + ", broadcast = true"))).contains("1 sent, 0 dropped");
  }

  @Test
  void sourceAddressOfAnotherMachine() throws Exception {
    assertThat(refused(3, target("to = \"127.0.0.1:5004\", from = \"192.0.2.1:0\"")))
        .contains("EADDRNOTAVAIL", "none of this machine's");
  }

  /** The loopback device has no queue by itself. */
  @Test
  void departureTimesThatNobodyWaitsFor() throws Exception {
    String text =
        SMALL
            + "streams { news { source { type = generator }\n"
            + " pace { datagrams-per-second = 10, kernel = txtime }\n"
            + " targets = [ \"127.0.0.1:5004\" ] } }";
    assertThat(refused(3, text))
        .contains(
            "millrace.streams.news: target 127.0.0.1:5004: pace.kernel = txtime",
            "lo, and its queue (noqueue)",
            "tc qdisc replace dev lo root fq");
  }

  @Test
  void cpuThatIsNotAllowed() throws Exception {
    assertThat(
            refused(3, "rings.cpus = [ 8191 ], admin.enabled = false\n" + stream("127.0.0.1:5004")))
        .contains("rings.cpus: CPU 8191", "affinity mask", "allowed: [");
  }

  @Test
  void adminAddressInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      assertThat(refused(3, "admin.listen = \"" + address + "\"\n" + stream("127.0.0.1:5004")))
          .contains("admin.listen = " + address, "Address already in use", "choose another");
    }
  }

  @Test
  void combinedCompletionsWhereTheKernelHasNone() throws Exception {
    boolean there = KernelProbe.probe(NativeKernel.load(), KernelProbe.AUTO_BIT).combinedNative();
    String err =
        refused(there ? 0 : 3, SMALL + "send.completion = combined\n" + stream("127.0.0.1:5004"));
    if (!there) {
      assertThat(err)
          .contains("send.completion = combined", System.getProperty("os.version"))
          .contains("combined-CQE patch", "send.combine-flag-bit", "send.completion = auto");
    }
  }

  @Test
  void hugePagesThatAreNotThere() throws Exception {
    Machine machine =
        new MachineReader(NativeKernel.load(), Path.of("/"))
            .read(Needs.defaults().send(), Unresolvable.FAIL, List.of());
    if (machine.hugePages().available().orElse(1) != 0) {
      MillraceProcess.skip("this machine has huge pages to spare, or does not say");
    }
    assertThat(
            refused(
                3,
                "admin.enabled = false, buffers.huge-pages = always\n" + stream("127.0.0.1:5004")))
        .contains("16 huge pages of 2 MiB", "vm.nr_hugepages", "buffers.huge-pages = auto");
  }

  @Test
  void memlockTooLowForTheBuffers() throws Exception {
    assertThat(refused(3, Launchers.lockedMemory(64 << 10), SMALL + stream("127.0.0.1:5004")))
        .contains("RLIMIT_MEMLOCK", "4.1 MiB needed for 1 ring", "`LimitMEMLOCK=5M`", "[Service]");
  }

  @Test
  void memlockTooLowForTheRing() throws Exception {
    assertThat(refused(3, Launchers.lockedMemory(4 << 10), SMALL + stream("127.0.0.1:5004")))
        .contains("io_uring_setup: ENOMEM", "4.1 MiB needed for 1 ring", "`LimitMEMLOCK=5M`");
  }

  @Test
  void memlockAsTheMessageSaysIsEnough() throws Exception {
    refused(0, Launchers.lockedMemory(5 << 20), SMALL + stream("127.0.0.1:5004"));
  }

  @ParameterizedTest
  @CsvSource({"1, EPERM, a seccomp filter forbids", "38, ENOSYS, has no io_uring"})
  void ioUringForbiddenBySeccomp(int errno, String name, String cause) throws Exception {
    List<String> launcher = Launchers.withoutIoUring(folder, errno);
    String refusal = "io_uring_setup: " + name + ": ";
    assertThat(refused(3, launcher, SMALL + "send.engine = uring\n" + stream("127.0.0.1:5004")))
        .contains(refusal, cause);
    assertThat(refused(3, launcher, SMALL + "send.zero-copy = always\n" + stream("127.0.0.1:5004")))
        .contains("send.zero-copy = always needs io_uring: " + refusal, cause);
    assertThat(refused(0, launcher, SMALL + stream("127.0.0.1:5004")))
        .contains("WARN", "engine: sendmmsg", refusal, cause);
    try (MillraceProcess doctor = MillraceProcess.start(folder, launcher, Map.of(), "doctor")) {
      doctor.hasExited(0);
      assertThat(doctor.out())
          .containsPattern("warn  engine +sendmmsg: ")
          .containsPattern("warn  io_uring +io_uring_setup: " + name)
          .containsPattern("warn  seccomp +a filter is in force \\(mode 2\\)");
    }
  }
}
