package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainArgumentsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "run my.conf",
        "run --exit-when-done my.conf",
        "run my.conf --progress --summary-json out.json --exit-when-done"
      })
  void takesWhatAServiceOrAScriptWrites(String line) {
    assertThat(PlainArguments.arePlain(line.split(" "))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "check my.conf",
        "run --help",
        "run my.conf --help",
        "run my.conf other.conf",
        "run my.conf --exit-when-done --exit-when-done",
        "run my.conf --summary-json",
        "run my.conf --summary-json --progress",
        "run my.conf --summary-json=out.json",
        "run @arguments",
        "run -- my.conf",
        "run my.conf --exit-when"
      })
  void leavesEverythingElseToPicocli(String line) {
    assertThat(PlainArguments.arePlain(line.split(" "))).isFalse();
  }

  @Test
  void leavesAnEmptyNameToPicocli() {
    assertThat(PlainArguments.arePlain("run", "")).isFalse();
    assertThat(PlainArguments.arePlain()).isFalse();
  }
}
