package io.millrace.loadtest.bench;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A sender in one way of sending, that can be started for a few seconds. Owned by one thread. */
interface Contender {
  /** Who wrote it. */
  enum Family {
    JAVA,
    C,
    PEER;

    String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Unique among all. */
  String name();

  Family family();

  /** null for a peer. */
  @Nullable Mode mode();

  /**
   * Starts it, watches it, ends it.
   *
   * @throws NotAvailableException if this machine, or the contender, can't do that
   * @throws io.millrace.loadtest.harness.HarnessException if it should have worked
   */
  Reading measure(Traffic traffic) throws NotAvailableException;
}
