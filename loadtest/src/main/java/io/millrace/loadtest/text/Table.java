package io.millrace.loadtest.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows of text under a head, as aligned columns for a terminal or as Markdown. Owned by one thread.
 */
public final class Table {
  private final List<String> head;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... head) {
    this.head = List.of(head);
  }

  public void add(String... cells) {
    if (cells.length != head.size()) {
      throw new IllegalArgumentException(cells.length + " cells under a head of " + head.size());
    }
    rows.add(List.of(cells));
  }

  /** The first column to the left, the others, numbers for the most part, to the right. */
  public String toText() {
    int[] widths = widths();
    StringBuilder text = new StringBuilder();
    appendText(text, head, widths);
    rows.forEach(row -> appendText(text, row, widths));
    return text.toString();
  }

  public String toMarkdown() {
    StringBuilder text = new StringBuilder();
    text.append("| ").append(String.join(" | ", head)).append(" |\n|");
    for (int column = 0; column < head.size(); column++) {
      text.append(column == 0 ? " --- |" : " ---: |");
    }
    text.append('\n');
    rows.forEach(row -> text.append("| ").append(String.join(" | ", row)).append(" |\n"));
    return text.toString();
  }

  private int[] widths() {
    int[] widths = new int[head.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = head.get(column).length();
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    return widths;
  }

  private static void appendText(StringBuilder text, List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      String padding = " ".repeat(widths[column] - cell.length());
      line.append(column == 0 ? cell + padding : "  " + padding + cell);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }
}
