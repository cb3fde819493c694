package io.millrace.metrics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.metrics.EngineView.TargetView;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All targets at one moment, to be shown a window at a time. Immutable. */
public final class TargetBoard {
  /** Rows of a window, at most. */
  public static final int MOST_ROWS = 100;

  /** Characters of a filter, at most. */
  public static final int MOST_FILTER = 100;

  private final List<Row> rows;

  TargetBoard(List<Row> rows) {
    this.rows = List.copyOf(rows);
  }

  /**
   * One target.
   *
   * @param dropped since it is there
   * @param datagramsPerSecond now, as the other rates; NaN: not known yet
   */
  record Row(
      String stream,
      TargetView target,
      long dropped,
      double datagramsPerSecond,
      double bitsPerSecond,
      double droppedPerSecond) {

    private boolean contains(String lowerCase) {
      return stream.toLowerCase(Locale.ROOT).contains(lowerCase)
          || target.label().toLowerCase(Locale.ROOT).contains(lowerCase);
    }
  }

  /** What comes first. What is equal in it stays in the order of streams and their targets. */
  public enum Order {
    DROPPING,
    DROPPED,
    FASTEST,
    SLOWEST,
    CONFIGURED;

    private Comparator<Row> comparator() {
      return switch (this) {
        case DROPPING -> descending(Row::droppedPerSecond).thenComparing(descending(Row::dropped));
        case DROPPED -> descending(Row::dropped);
        case FASTEST -> descending(Row::datagramsPerSecond);
        case SLOWEST -> descending(Row::datagramsPerSecond).reversed();
        case CONFIGURED -> (_, _) -> 0;
      };
    }

    private static Comparator<Row> descending(ToDoubleFunction<Row> by) {
      return (one, other) -> Double.compare(known(by, other), known(by, one));
    }

    /** A rate that isn't known yet counts as none. */
    private static double known(ToDoubleFunction<Row> by, Row row) {
      double value = by.applyAsDouble(row);
      return Double.isNaN(value) ? 0 : value;
    }

    /** As it is written in a request. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** By its label; null: there is none. */
    public static @Nullable Order of(String label) {
      return Arrays.stream(values())
          .filter(each -> each.label().equals(label))
          .findFirst()
          .orElse(null);
    }

    /** All of them, for a message. */
    public static String labels() {
      return Arrays.stream(values()).map(Order::label).collect(Collectors.joining(", "));
    }
  }

  /**
   * A window as JSON: how many targets there are, how many match, and those asked for.
   *
   * @param filter what stream or target must contain, in upper or lower case; empty: all match
   * @param offset of those that match, the first that is shown; from 0
   * @param limit how many, 1 to {@value #MOST_ROWS}
   */
  public ObjectNode window(Order order, String filter, int offset, int limit) {
    String lowerCase = filter.toLowerCase(Locale.ROOT);
    List<Row> matching =
        rows.stream().filter(row -> row.contains(lowerCase)).sorted(order.comparator()).toList();
    ObjectNode window =
        JsonNodeFactory.instance
            .objectNode()
            .put("total", rows.size())
            .put("matching", matching.size())
            .put("offset", offset);
    ArrayNode targets = window.putArray("targets");
    matching.stream().skip(offset).limit(limit).forEach(row -> put(targets.addObject(), row));
    return window;
  }

  private static void put(ObjectNode object, Row row) {
    StatusReport.target(object.put("stream", row.stream), row.target);
    object.put("dropped_total", row.dropped);
    ObjectNode now = object.putObject("now");
    if (!Double.isNaN(row.datagramsPerSecond)) {
      now.put("datagrams_per_second", row.datagramsPerSecond)
          .put("bits_per_second", row.bitsPerSecond)
          .put("dropped_per_second", row.droppedPerSecond);
    }
  }
}
