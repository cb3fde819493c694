package io.millrace.config;

import java.util.List;
import java.util.stream.Collectors;

/** Files for TLS can't be used. Carries every problem at once. */
public final class TlsProblemsException extends Exception {
  private static final long serialVersionUID = 1L;

  // Transient: nobody serializes it.
  private final transient List<TlsProblem> problems;

  TlsProblemsException(List<TlsProblem> problems) {
    super(problems.stream().map(TlsProblem::message).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** At least one. */
  public List<TlsProblem> problems() {
    return problems;
  }
}
