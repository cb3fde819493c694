package io.millrace.names;

import io.millrace.counters.NameCounters;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What {@link Names} keeps of one name; guarded by its lock. */
final class Name {
  /** For {@link #refreshNs}: no target uses the name. */
  static final long UNUSED = 0;

  final String text;
  final NameCounters counters = new NameCounters();
  Answer answer = Answer.NOTHING;
  long refreshNs = UNUSED;
  long unusedSinceNs;

  /** When to ask next; means nothing as long as no target uses it. */
  long dueNs;

  /** Questions in a row without a good answer. */
  int failures;

  /** The last question was not answered in time. */
  boolean slow;

  /** Whoever listens wants to hear of the next good answer, even of the same one. */
  boolean again;

  /** The one that is under way. */
  @Nullable Question question;

  Name(String text, long nowNs) {
    this.text = text;
    unusedSinceNs = nowNs;
  }

  boolean isUsed() {
    return refreshNs != UNUSED;
  }

  /** A question that is under way. */
  static final class Question {
    final long deadlineNs;
    final CompletableFuture<Answer> result = new CompletableFuture<>();

    /** It belongs to those that may take half of the threads only. */
    final boolean ofSlow;

    boolean late;

    Question(long deadlineNs, boolean ofSlow) {
      this.deadlineNs = deadlineNs;
      this.ofSlow = ofSlow;
    }
  }
}
