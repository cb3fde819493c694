package io.millrace.loadtest.text;

import java.util.ArrayList;
import java.util.List;

/** Rows as comma-separated values (RFC 4180), but with plain line feeds. Owned by one thread. */
public final class Csv {
  private final int columns;
  private final StringBuilder text = new StringBuilder();

  public Csv(String... head) {
    columns = head.length;
    add((Object[]) head);
  }

  /** Adds a row; numbers are written as {@link String#valueOf} has them, in every locale. */
  public void add(Object... cells) {
    if (cells.length != columns) {
      throw new IllegalArgumentException(cells.length + " cells under a head of " + columns);
    }
    List<String> quoted = new ArrayList<>();
    for (Object cell : cells) {
      quoted.add(quote(String.valueOf(cell)));
    }
    text.append(String.join(",", quoted)).append('\n');
  }

  private static String quote(String cell) {
    boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }

  public String text() {
    return text.toString();
  }
}
