package io.millrace.config;

import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects everything that is wrong with one configuration. Owned by one load. */
final class Problems {
  /**
   * Stands for a substitution without a value while the rest is checked. A value that contains it
   * was reported already, so nothing else is said about that value. From a private use area: no
   * user writes it.
   */
  static final String UNRESOLVED = "\uE000unresolved\uE000";

  private record Found(Place place, ConfigProblem problem) {}

  private final Place file;
  private final boolean muted;
  private final List<Found> found = new ArrayList<>();

  Problems(Path file) {
    this(new Place(file.toString(), 0), false);
  }

  private Problems(Place file, boolean muted) {
    this.file = file;
    this.muted = muted;
  }

  /** Takes problems and forgets them: for what follows from a problem already found. */
  Problems muted() {
    return new Problems(file, true);
  }

  /** About the configuration file as a whole. */
  void add(String path, String message) {
    add(file, path, message);
  }

  void add(@Nullable ConfigOrigin origin, String path, String message) {
    add(place(origin), path, message);
  }

  /** About a value, unless the value has been reported as unresolved. */
  void add(ConfigValue value, String path, String message) {
    if (!(value.unwrapped() instanceof String text && text.contains(UNRESOLVED))) {
      add(value.origin(), path, message);
    }
  }

  void add(Place where, String path, String message) {
    if (!muted) {
      Place place = asNamed(where);
      // One problem is one line, whatever the parser's message looked like.
      String line = message.replaceAll("\\s*\\R\\s*", " ");
      found.add(new Found(place, new ConfigProblem(place.toString(), path, line)));
    }
  }

  Place place(@Nullable ConfigOrigin origin) {
    return asNamed(Place.of(origin, file));
  }

  /**
   * A bare "x.conf" is parsed as "./x.conf" (see {@link HoconFile}); the user's spelling is shown.
   */
  private Place asNamed(Place place) {
    return place.source().startsWith("./") && !file.source().startsWith("./")
        ? new Place(place.source().substring(2), place.line())
        : place;
  }

  boolean any() {
    return !found.isEmpty();
  }

  void throwIfAny() throws ConfigProblemsException {
    if (any()) {
      throw new ConfigProblemsException(
          found.stream()
              .sorted(Comparator.comparing(Found::place))
              .map(Found::problem)
              .distinct()
              .toList());
    }
  }
}
