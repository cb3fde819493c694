package io.millrace.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration can't be used. Carries every problem at once, ordered by file and line. */
public final class ConfigProblemsException extends Exception {
  private static final long serialVersionUID = 1L;

  // Transient: nobody serializes it, and a List is not known to be serializable.
  private final transient List<ConfigProblem> problems;

  ConfigProblemsException(List<ConfigProblem> problems) {
    super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** At least one. */
  public List<ConfigProblem> problems() {
    return problems;
  }
}
