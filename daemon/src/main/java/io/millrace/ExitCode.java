package io.millrace;

/** What the process ends with. */
public enum ExitCode {
  CLEAN(0),
  /** Something failed while running. */
  FAILED(1),
  /** Bad configuration or usage. */
  USAGE(2),
  /** The machine refuses: kernel, limits, permissions, addresses in use. */
  ENVIRONMENT(3);

  private final int value;

  ExitCode(int value) {
    this.value = value;
  }

  public int value() {
    return value;
  }
}
