package io.millrace.config;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Did you mean: the nearest allowed word, by the number of keys mistyped. */
final class Suggestions {
  /** A longer word is nobody's typing error, and the distance costs length times length. */
  private static final int LONGEST_WORD = 64;

  private Suggestions() {}

  /** {@code ; did you mean "x"?}, or nothing if no candidate is near. */
  static String didYouMean(String word, Collection<String> candidates) {
    String nearest = nearest(word, candidates);
    return nearest == null ? "" : "; did you mean \"" + nearest + "\"?";
  }

  /**
   * The nearest candidate, the first of equals; null if none is within a third of the word's
   * length.
   */
  static @Nullable String nearest(String word, Collection<String> candidates) {
    if (word.length() > LONGEST_WORD) {
      return null;
    }
    String nearest = null;
    int nearestEdits = Math.max(1, (word.length() + 1) / 3) + 1;
    for (String candidate : candidates) {
      int edits = edits(normal(word), normal(candidate));
      if (edits < nearestEdits) {
        nearestEdits = edits;
        nearest = candidate;
      }
    }
    return nearest;
  }

  /** Case and the choice of separator are not what a person gets wrong. */
  private static String normal(String word) {
    return word.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
  static int edits(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int least = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          least = Math.min(least, beforeLast[j - 2] + 1);
        }
        row[j] = least;
      }
      int[] spare = beforeLast;
      beforeLast = last;
      last = row;
      row = spare;
    }
    return last[b.length()];
  }
}
