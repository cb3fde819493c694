package io.millrace;

/** The daemon can't start; the message is for the user and says what to do. */
public final class StartupException extends Exception {
  private static final long serialVersionUID = 1L;
  private final ExitCode exitCode;

  public StartupException(ExitCode exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public ExitCode exitCode() {
    return exitCode;
  }
}
