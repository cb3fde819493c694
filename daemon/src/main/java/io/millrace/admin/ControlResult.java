package io.millrace.admin;

import java.util.List;
import java.util.Map;

/**
 * What became of a request for a change.
 *
 * @param message what was done, or why not, in a sentence
 * @param details more about it, by the keys of the JSON answer
 */
public record ControlResult(Kind kind, String message, Map<String, List<String>> details) {
  /** Whether it was done, and who has to do something about it. */
  public enum Kind {
    DONE(200),
    /** The request is wrong in itself. */
    BAD_REQUEST(400),
    NO_SUCH_STREAM(404),
    /** The configuration can't be taken over; all is as it was. */
    REFUSED(422),
    /** A bug, or a thread that has died. */
    FAILED(500),
    /** To be tried again. */
    BUSY(503);

    private final int status;

    Kind(int status) {
      this.status = status;
    }

    /** The status of the HTTP answer. */
    int status() {
      return status;
    }
  }

  public ControlResult {
    details = Map.copyOf(details);
  }

  /** Without details. */
  public static ControlResult of(Kind kind, String message) {
    return new ControlResult(kind, message, Map.of());
  }
}
