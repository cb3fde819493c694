package io.millrace.config;

import com.typesafe.config.ConfigOrigin;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a value was written.
 *
 * @param source a file as the user named it, or {@code env NAME}
 * @param line from 1; 0 = none known
 */
record Place(String source, int line) implements Comparable<Place> {
  /** What {@code reference.conf} calls itself; no user wrote it, so no problem is blamed on it. */
  static final String REFERENCE = "reference.conf (built in)";

  /**
   * What the library calls a value made by a program: here the one for {@code ${x}} without one.
   */
  private static final String NOWHERE = "hardcoded value";

  private static final String ENVIRONMENT = "env ";
  private static final String MERGED = "merge of ";
  private static final Pattern LINE = Pattern.compile("(.+): (\\d{1,9})(?:-\\d+)?", Pattern.DOTALL);

  /** The name that a value from an environment variable has as its origin. */
  static String environment(String variable) {
    return ENVIRONMENT + variable;
  }

  /**
   * The place an origin describes. A value put together from several has all their places in one
   * text ({@code merge of a.conf: 3,env X}), the only form in which the library keeps them: a file
   * among them is the most useful.
   */
  static Place of(@Nullable ConfigOrigin origin, Place fallback) {
    if (origin == null) {
      return fallback;
    }
    String description = origin.description();
    if (!description.startsWith(MERGED)) {
      Place place = parse(description);
      return place.isUsers() ? place : fallback;
    }
    List<Place> places =
        List.of(description.substring(MERGED.length()).split(",")).stream()
            .map(Place::parse)
            .filter(Place::isUsers)
            .toList();
    return places.stream()
        .filter(place -> !place.isEnvironment())
        .findFirst()
        .orElse(places.isEmpty() ? fallback : places.getFirst());
  }

  private static Place parse(String description) {
    Matcher matcher = LINE.matcher(description);
    return matcher.matches()
        ? new Place(matcher.group(1), Integer.parseInt(matcher.group(2)))
        : new Place(description, 0);
  }

  private boolean isUsers() {
    return !source.equals(REFERENCE) && !source.equals(NOWHERE);
  }

  private boolean isEnvironment() {
    return source.startsWith(ENVIRONMENT);
  }

  /**
   * What relative paths written here start from: the file's folder; the working directory for the
   * environment.
   */
  Path folder() {
    Path parent = isEnvironment() ? null : Path.of(source).getParent();
    return parent == null ? Path.of("") : parent;
  }

  @Override
  public int compareTo(Place other) {
    int bySource = source.compareTo(other.source);
    return bySource != 0 ? bySource : Integer.compare(line, other.line);
  }

  /** {@code file:line}, {@code file} or {@code env NAME}. */
  @Override
  public String toString() {
    return line > 0 ? source + ":" + line : source;
  }
}
