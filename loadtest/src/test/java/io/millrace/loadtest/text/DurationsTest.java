package io.millrace.loadtest.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "2s, 2000000000",
    "500ms, 500000000",
    "500 ms, 500000000",
    "1.5m, 90000000000",
    "10us, 10000",
    "7ns, 7",
    "1h, 3600000000000",
    "0s, 0"
  })
  void readsNumberAndUnit(String text, long nanoseconds) {
    assertThat(Durations.parse(text)).isEqualTo(Duration.ofNanos(nanoseconds));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "s", "2", "2 weeks", "-1s", "1,5s", "2S", "1e3s"})
  void refusesWhatIsAmbiguousAndSaysWhatIsAllowed(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining("500ms");
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> Durations.parse("999999999h")).hasMessageContaining("too long");
  }
}
