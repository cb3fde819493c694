package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Commands;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/**
 * What a command did, run inside this process. Not for {@code run}, which takes the process's
 * signals.
 */
record Cli(int exit, String out, String err) {
  static Cli run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine = Commands.commandLine();
    commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int exit = commandLine.execute(arguments);
    return new Cli(exit, out.toString(), err.toString());
  }

  /** Ended with this code; a message for people, if it failed. */
  Cli hasExited(int expected) {
    assertThat(exit).as("exit code; stdout: %s stderr: %s", out, err).isEqualTo(expected);
    assertNoStackTrace(err);
    return this;
  }

  static void assertNoStackTrace(String text) {
    assertThat(text.lines().filter(line -> isTrace(line)).toList()).as("stack trace").isEmpty();
  }

  private static boolean isTrace(String line) {
    return line.startsWith("\tat ")
        || List.of("Caused by:", "Exception in thread").stream().anyMatch(line::startsWith);
  }
}
