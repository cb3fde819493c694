package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admin.TestIdentity;
import io.millrace.config.AdminSettings;
import io.millrace.config.ConfigLoader;
import io.millrace.config.HostPort;
import io.millrace.config.SendSettings;
import io.millrace.config.TlsSettings;
import io.millrace.config.Unresolvable;
import io.millrace.shim.NativeKernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** doctor on this machine, and on one whose /proc says something else. */
final class DoctorCommandTest {
  private static final SendSettings SEND = Needs.defaults().send();

  @TempDir private Path folder = Path.of("");

  private Path config(String target) {
    return MillraceProcess.config(
        folder,
        ("buffers { slots-per-ring = 16, huge-pages = never }\n"
             + "streams { news { source { type = generator, datagram-size = 1400 }, targets = [ %s"
             + " ] } }")
            .formatted(target));
  }

  @Test
  void targetOnLoopbackFits() {
    Cli doctor = Cli.run("doctor", config("\"127.0.0.1:5004\", \"[::1]:5004\"").toString());
    assertThat(doctor.out())
        .containsPattern(
            "ok +target news 127\\.0\\.0\\.1:5004 +packets of 1428 bytes, MTU 65\\d\\d\\d\n")
        .containsPattern("target news \\[::1\\]:5004 ");
    assertThat(doctor.exit()).as(doctor.out()).isIn(0, 3);
    assertThat(doctor.exit() == 0).isEqualTo(!doctor.out().contains("not fit"));
  }

  @Test
  void unresolvableTargetAndMissingInterfaceFail() {
    Cli doctor =
        Cli.run(
            "doctor",
            config("\"no-such-host.invalid:1\", { to = \"127.0.0.1:1\", interface = nosuch0 }")
                .toString());
    assertThat(doctor.hasExited(3).out())
        .containsPattern(
            "fail +target news no-such-host\\.invalid:1 +the name can't be resolved \\(no such"
                + " name,")
        .contains("fix: check it, or /etc/resolv.conf")
        .contains("this machine has no interface nosuch0");
  }

  /** The daemon starts without it; what else is wrong with a target stays a failure. */
  @Test
  void unresolvedNameIsAWarningWhereTargetsWaitForTheirNames() throws IOException {
    Path file = config("\"no-such-host.invalid:1\", { to = \"localhost:1\", interface = nosuch0 }");
    Files.writeString(
        file, Files.readString(file).replace("buffers", "names.unresolvable = retry, buffers"));
    assertThat(Cli.run("doctor", file.toString()).hasExited(3).out())
        .containsPattern(
            "warn +target news no-such-host\\.invalid:1 +the name can't be resolved \\(no such"
                + " name,[^)]*\\): the target waits for it")
        .containsPattern("fail +target news localhost:1 +this machine has no interface nosuch0");
  }

  @Test
  void cpuThatIsNotAllowedFails() throws IOException {
    Path file = config("\"127.0.0.1:5004\"");
    Files.writeString(
        file, Files.readString(file).replace("buffers", "rings.cpus = [ 8191 ], buffers"));
    assertThat(Cli.run("doctor", file.toString()).hasExited(3).out())
        .containsPattern("fail +cpus +this process may not run on CPU 8191");
  }

  @Test
  void certificateThatEndsSoonIsToBeLookedAt() throws IOException {
    TestIdentity own = TestIdentity.make(folder, "own"); // for two days
    Path file = config("\"127.0.0.1:5004\"");
    assertThat(Cli.run("doctor", file.toString()).out())
        .containsPattern("ok +admin +http://127\\.0\\.0\\.1:9464\n");
    Files.writeString(
        file,
        Files.readString(file)
            .replace("buffers", "admin.tls { certificate = own.crt, key = own.key }, buffers"));
    assertThat(Cli.run("doctor", file.toString()).out())
        .containsPattern(
            "warn +admin +https://127\\.0\\.0\\.1:9464, certificate CN=own until "
                + own.certificate().getNotAfter().toInstant());
    TlsSettings files = new TlsSettings(own.certificateFile(), own.keyFile(), null);
    AdminSettings admin = new AdminSettings(true, new HostPort("::1", 1), false, null, files);
    Instant longBefore = own.certificate().getNotBefore().toInstant().minus(Duration.ofDays(30));
    assertThat(AdminChecks.of(admin, longBefore).getFirst().status())
        .isEqualTo(DoctorCheck.Status.OK);
  }

  @Test
  void jsonListsTheSameChecks() throws IOException {
    Cli doctor = Cli.run("doctor", config("\"127.0.0.1:5004\"").toString(), "--json");
    JsonNode json = new ObjectMapper().readTree(doctor.out());
    assertThat(json.get("fit").asBoolean()).isEqualTo(doctor.exit() == 0);
    assertThat(json.get("checks").size()).isEqualTo(18);
    assertThat(json.findValuesAsText("name")).contains("gso lo", "qdisc lo");
    for (JsonNode check : json.get("checks")) {
      assertThat(check.fieldNames())
          .toIterable()
          .containsExactly("name", "status", "finding", "fix");
      assertThat(check.get("status").asText()).isIn("ok", "warn", "fail");
    }
  }

  @Test
  void defaultsAreThoseOfTheReferenceConfiguration() throws Exception {
    Path file =
        MillraceProcess.config(
            folder, "streams.a { source.type = generator, targets = [ \"127.0.0.1:1\" ] }");
    Needs loaded = Needs.of(ConfigLoader.load(file).settings());
    Needs defaults = Needs.defaults();
    assertThat(defaults.rings()).isEqualTo(loaded.rings());
    assertThat(defaults.buffers()).isEqualTo(loaded.buffers());
    assertThat(defaults.send()).isEqualTo(loaded.send());
    assertThat(defaults.parts()).isEqualTo(loaded.parts());
  }

  private Machine read(String file, String text) throws IOException {
    Files.createDirectories(folder.resolve(file).getParent());
    Files.writeString(folder.resolve(file), text);
    return read();
  }

  private Machine read() {
    return new MachineReader(NativeKernel.load(), folder).read(SEND, Unresolvable.FAIL, List.of());
  }

  @Test
  void hiddenFilesAreUnknown() {
    Machine machine = read();
    assertThat(machine.rings().disabled()).isEmpty();
    assertThat(machine.rings().seccomp()).isEmpty();
    assertThat(machine.capabilities().mask()).isEmpty();
    assertThat(machine.hugePages().available()).isEmpty();
    assertThat(machine.cpus().isolated()).isNull();
    assertThat(machine.cpus().nohzFull()).isNull();
    assertThat(machine.sendBufferMaxBytes()).isEmpty();
    assertThat(DoctorCommand.checks(machine, Needs.defaults())).isNotEmpty();
  }

  @Test
  void filesAreReadAsTheKernelWritesThem() throws IOException {
    assertThat(read("proc/sys/kernel/io_uring_disabled", "2\n").rings().disabled())
        .isEqualTo(OptionalInt.of(2));
    Machine machine =
        read(
            "proc/self/status",
            "Name:\tjava\nCapEff:\t000001ffffffffff\nSeccomp:\t2\nSeccomp_filters:\t1\n");
    assertThat(machine.rings().seccomp()).isEqualTo(OptionalInt.of(2));
    assertThat(machine.capabilities().has(Machine.Capabilities.IPC_LOCK)).isTrue();
    machine =
        read(
            "proc/meminfo",
            """
            MemTotal: 1 kB
            HugePages_Total:      20
            HugePages_Free:       16
            HugePages_Rsvd:        6
            """);
    assertThat(machine.hugePages().total()).isEqualTo(OptionalLong.of(20));
    assertThat(machine.hugePages().available()).isEqualTo(OptionalLong.of(10));
    assertThat(read("sys/devices/system/cpu/isolated", "\n").cpus().isolated()).isEmpty();
    assertThat(read("proc/sys/net/core/wmem_max", "212992\n").sendBufferMaxBytes())
        .isEqualTo(OptionalLong.of(212_992));
  }

  @Test
  void nonsenseInAFileIsUnknown() throws IOException {
    assertThat(read("proc/sys/kernel/io_uring_disabled", "maybe\n").rings().disabled()).isEmpty();
    assertThat(read("proc/self/status", "CapEff\nSeccomp:\n").rings().seccomp()).isEmpty();
    assertThat(read("proc/self/status", "CapEff:\txyz\n").capabilities().mask()).isEmpty();
  }
}
