package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TextTableTest {
  @Test
  void numbersGoToTheRight() {
    TextTable table = new TextTable("NAME", "COUNT", "NOTE");
    table.row("a", "1,234", "3 EPERM");
    table.row("longer", "5", "");
    assertThat(table.toString().lines())
        .containsExactly("NAME    COUNT  NOTE", "a       1,234  3 EPERM", "longer      5");
  }

  @Test
  void emptyTableIsItsHeadings() {
    assertThat(new TextTable("A", "B").toString()).isEqualTo("A  B");
  }
}
