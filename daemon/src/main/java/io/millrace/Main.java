package io.millrace;

import io.millrace.cli.PlainArguments;
import io.millrace.logging.LogProvider;

/** Where the process begins. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws InterruptedException {
    LogProvider.install();
    Integer exit = PlainArguments.run(arguments);
    // Commands isn't touched before it is needed: it brings picocli with it.
    System.exit(exit == null ? Commands.commandLine().execute(arguments) : exit);
  }
}
