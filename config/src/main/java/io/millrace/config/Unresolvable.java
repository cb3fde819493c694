package io.millrace.config;

/** What a name that can't be resolved is to a start, a reload, or a new target. */
public enum Unresolvable {
  /** An error: nothing is started or changed. */
  FAIL,
  /** Nothing: the target joins when its name is resolved. */
  RETRY
}
