package io.millrace.loadtest.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CsvTest {
  @Test
  void onlyWhatNeedsQuotesHasThem() {
    Csv csv = new Csv("name", "value");
    csv.add("plain", 1.5);
    csv.add("a, b", "say \"x\"\nthen y");
    assertThat(csv.text()).isEqualTo("name,value\nplain,1.5\n\"a, b\",\"say \"\"x\"\"\nthen y\"\n");
  }

  @Test
  void aRowHasAsManyCellsAsTheHead() {
    Csv csv = new Csv("name", "value");
    assertThatThrownBy(() -> csv.add("alone")).isInstanceOf(IllegalArgumentException.class);
  }
}
