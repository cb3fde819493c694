package io.millrace.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param origin where: {@code file:line}, {@code file}, or {@code env NAME} for a value from the
 *     environment
 * @param path the key, such as {@code millrace.rings.entries}; empty where no key is concerned (a
 *     syntax error)
 * @param message {@code what is wrong; what is allowed; did you mean "x"?}
 */
public record ConfigProblem(String origin, String path, String message) {

  /** {@code file:line: path: what is wrong; what is allowed; did you mean "x"?} */
  @Override
  public String toString() {
    return path.isEmpty() ? origin + ": " + message : origin + ": " + path + ": " + message;
  }
}
