package io.millrace.loadtest.soak;

/**
 * One action with all that it needs.
 *
 * @param argument the stream's name and the verb of a request, the port of a rule, the MTU, or
 *     milliseconds
 * @param body of a request, or the streams of a configuration file
 * @param waitMs until the next one
 */
record Step(Action action, String argument, String body, int waitMs) {
  @Override
  public String toString() {
    String what = argument.isEmpty() ? "" : " " + argument;
    return action.label() + what + (action.isReload() || body.isEmpty() ? "" : " " + body);
  }
}
