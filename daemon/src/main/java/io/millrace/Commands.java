package io.millrace;

import io.millrace.cli.CheckCommand;
import io.millrace.cli.CtlCommand;
import io.millrace.cli.DoctorCommand;
import io.millrace.cli.PrintConfigCommand;
import io.millrace.cli.RunCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command {@code millrace}, as picocli reads it. */
@Command(
    name = "millrace",
    description = "Sends UDP datagrams through pinned io_uring rings, without copying them.",
    mixinStandardHelpOptions = true,
    versionProvider = Commands.Version.class,
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      PrintConfigCommand.class,
      DoctorCommand.class,
      CtlCommand.class
    })
public final class Commands implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  /** {@code millrace --version}. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      BuildInfo build = BuildInfo.load();
      return new String[] {"millrace " + build.version() + " (" + build.revision() + ")"};
    }
  }

  private Commands() {}

  /** The command line with every command, ready to be executed. */
  public static CommandLine commandLine() {
    return new CommandLine(new Commands())
        .setCaseInsensitiveEnumValuesAllowed(true)
        // Asked about bad usage too.
        .setExitCodeExceptionMapper(
            failure -> {
              boolean usage = failure instanceof CommandLine.ParameterException;
              return (usage ? ExitCode.USAGE : ExitCode.FAILED).value();
            });
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
  }
}
