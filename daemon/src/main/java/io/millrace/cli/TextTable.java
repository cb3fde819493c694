package io.millrace.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Rows in columns as wide as they need to be; columns of numbers to the right. */
final class TextTable {
  private static final Pattern NUMBER = Pattern.compile("[\\d,.]*");
  private static final String GAP = "  ";

  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  TextTable(String... headings) {
    this.headings = List.of(headings);
  }

  void row(String... cells) {
    assert cells.length == headings.size() : cells.length + " cells for " + headings;
    rows.add(List.of(cells));
  }

  /** A line for the headings and one per row, without a line end behind the last. */
  @Override
  public String toString() {
    List<StringBuilder> lines = new ArrayList<>();
    for (int row = -1; row < rows.size(); row++) {
      lines.add(new StringBuilder());
    }
    for (int column = 0; column < headings.size(); column++) {
      int index = column;
      List<String> cells = new ArrayList<>(rows.stream().map(row -> row.get(index)).toList());
      boolean numbers = cells.stream().allMatch(cell -> NUMBER.matcher(cell).matches());
      cells.addFirst(headings.get(column));
      int width = cells.stream().mapToInt(String::length).max().orElseThrow();
      for (int line = 0; line < cells.size(); line++) {
        String padding = " ".repeat(width - cells.get(line).length());
        lines
            .get(line)
            .append(column == 0 ? "" : GAP)
            .append(numbers ? padding + cells.get(line) : cells.get(line) + padding);
      }
    }
    return String.join("\n", lines.stream().map(line -> line.toString().stripTrailing()).toList());
  }
}
