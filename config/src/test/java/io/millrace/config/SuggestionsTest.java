package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {
  @ParameterizedTest
  @CsvSource({
    "entries, entries, 0",
    "entrys, entries, 2",
    "etnries, entries, 1",
    "'', abc, 3",
    "abc, '', 3",
    "ca, abc, 3",
    "kitten, sitting, 3",
  })
  void editsAreInsertionsDeletionsReplacementsAndSwaps(String a, String b, int edits) {
    assertThat(Suggestions.edits(a, b)).isEqualTo(edits);
    assertThat(Suggestions.edits(b, a)).isEqualTo(edits);
  }

  @ParameterizedTest
  @CsvSource({
    "slotsize, slot-size",
    "slot_size, slot-size",
    "SLOT-SIZE, slot-size",
    // A beginning is not a typing error.
    "slots, ",
    "ttl, ",
    "x, ",
  })
  void nearestIsWithinAThirdOfTheLength(String word, @Nullable String expected) {
    List<String> candidates = List.of("slot-size", "huge-pages", "slots-per-ring");
    assertThat(Suggestions.nearest(word, candidates)).isEqualTo(expected);
  }

  @Test
  void hugeWordsHaveNoNeighbours() {
    assertThat(Suggestions.nearest("a".repeat(65), List.of("a".repeat(64)))).isNull();
  }
}
