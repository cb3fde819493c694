package io.millrace.cli;

import io.millrace.ExitCode;
import io.millrace.StartupException;
import io.millrace.config.Settings;
import io.millrace.config.StreamSettings;
import io.millrace.config.Unresolvable;
import io.millrace.shim.NativeKernel;
import io.millrace.shim.ShimException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code millrace doctor [CONF]}: what this machine can do, what holds it back, and how to change
 * that.
 */
@Command(
    name = "doctor",
    description = "Says what this machine can do and what holds it back, each with the fix.",
    mixinStandardHelpOptions = true)
public final class DoctorCommand implements Callable<Integer> {
  private static final Path ROOT = Path.of("/");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "CONF",
      arity = "0..1",
      description =
          "The configuration to be run; without it, one ring with the defaults is looked at.")
  private @Nullable Path file;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Needs needs = Needs.defaults();
    Unresolvable unresolvable = Unresolvable.FAIL;
    List<DoctorCheck> admin = List.of();
    List<StreamSettings> streams = List.of();
    if (file != null) {
      try {
        Settings settings = ConfigFiles.load(file).settings();
        needs = Needs.of(settings);
        unresolvable = settings.names().unresolvable();
        streams = settings.streams();
        admin = AdminChecks.of(settings.admin(), Instant.now());
      } catch (StartupException bad) {
        spec.commandLine().getErr().println(bad.getMessage());
        return bad.exitCode().value();
      }
    }
    List<DoctorCheck> checks = new ArrayList<>(checks(needs, unresolvable, streams));
    checks.addAll(admin);
    spec.commandLine()
        .getOut()
        .println(json ? DoctorReport.json(checks) : DoctorReport.text(checks));
    return (DoctorReport.fit(checks) ? ExitCode.CLEAN : ExitCode.ENVIRONMENT).value();
  }

  private static List<DoctorCheck> checks(
      Needs needs, Unresolvable unresolvable, List<StreamSettings> streams) {
    try {
      MachineReader reader = new MachineReader(NativeKernel.load(), ROOT);
      return checks(reader.read(needs.send(), unresolvable, streams), needs);
    } catch (ShimException unusable) {
      return List.of(DoctorCheck.refused("native-shim", String.valueOf(unusable.getMessage())));
    }
  }

  /** Everything that is to be said about this machine, given what is asked of it. */
  static List<DoctorCheck> checks(Machine machine, Needs needs) {
    List<DoctorCheck> checks = new ArrayList<>();
    checks.addAll(KernelChecks.of(machine.rings(), needs.send()));
    checks.addAll(MemoryChecks.of(machine, needs));
    checks.addAll(CpuChecks.of(machine.cpus(), needs));
    checks.add(SqPollCheck.of(machine, needs));
    checks.addAll(NetworkChecks.of(machine, needs));
    checks.addAll(DeviceChecks.of(machine, needs));
    return checks;
  }
}
