package io.millrace.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads one object of the configuration key by key. Never throws for what a user wrote: a value
 * with a problem is noted, and read as its kind's placeholder. Call {@link #rejectUnknownKeys}
 * last: what was asked for is what is known.
 */
final class ObjectReader {
  private final ConfigObject object;
  private final String path;
  private final Problems problems;
  private final SequencedSet<String> known = new LinkedHashSet<>();
  private final Set<String> broken = new HashSet<>();

  ObjectReader(ConfigObject object, String path, Problems problems) {
    this.object = object;
    this.path = path;
    this.problems = problems;
  }

  /**
   * The reader of a value that should be an object; if it isn't, one that finds nothing and reports
   * nothing more.
   */
  static ObjectReader of(ConfigValue value, String path, Problems problems) {
    if (value instanceof ConfigObject object) {
      return new ObjectReader(object, path, problems);
    }
    problems.add(
        value, path, "expected an object { ... }, found " + ValueKind.describe(value.valueType()));
    return nothing(path, problems);
  }

  private static ObjectReader nothing(String path, Problems problems) {
    return new ObjectReader(ConfigFactory.empty().root(), path, problems.muted());
  }

  /** A value that must be there, or else be in {@code reference.conf}. */
  <T> T required(String key, ValueKind<T> kind) {
    ConfigValue value = present(key, kind.allowed());
    return value == null ? kind.placeholder() : parse(key, value, kind);
  }

  /** A value, or {@code absent} if the key isn't there or is null. */
  <T> T optional(String key, ValueKind<T> kind, T absent) {
    ConfigValue value = value(key);
    return value == null ? absent : parse(key, value, kind);
  }

  /** A value, or null if the key isn't there or is null. */
  <T> @Nullable T optional(String key, ValueKind<T> kind) {
    ConfigValue value = value(key);
    return value == null ? null : parse(key, value, kind);
  }

  private <T> T parse(String key, ConfigValue value, ValueKind<T> kind) {
    try {
      return kind.parse(value);
    } catch (InvalidValue e) {
      problem(key, e.text());
      return kind.placeholder();
    }
  }

  /** An object that must be there. */
  ObjectReader section(String key) {
    ConfigValue value = present(key, "an object { ... }");
    if (value == null) {
      return nothing(pathOf(key), problems);
    }
    if (!(value instanceof ConfigObject)) {
      broken.add(key);
    }
    return of(value, pathOf(key), problems);
  }

  /** The names and values of an object whose keys are free, in the order of the names. */
  List<Map.Entry<String, ConfigValue>> entries() {
    known.addAll(object.keySet());
    return List.copyOf(new TreeMap<>(object).entrySet());
  }

  /**
   * The elements of a list that must be there. As everywhere in HOCON an object whose keys are
   * numbers is a list: that is how an environment variable sets an element.
   */
  List<ConfigValue> elements(String key, String expected) {
    ConfigValue value = present(key, expected);
    if (value == null) {
      return List.of();
    }
    if (value instanceof ConfigList list) {
      return list;
    }
    if (value instanceof ConfigObject indexed
        && !indexed.isEmpty()
        && indexed.keySet().stream().allMatch(index -> index.matches("\\d{1,9}"))) {
      return indexed.entrySet().stream()
          .sorted(Comparator.comparingInt(element -> Integer.parseInt(element.getKey())))
          .map(Map.Entry::getValue)
          .toList();
    }
    problem(
        key,
        "expected a list, found %s; allowed: %s"
            .formatted(ValueKind.describe(value.valueType()), expected));
    return List.of();
  }

  /** Like {@link #elements}, each read as {@code kind}. */
  <T> List<T> list(String key, String expected, ValueKind<T> kind) {
    List<T> read = new ArrayList<>();
    List<ConfigValue> elements = elements(key, expected);
    for (int i = 0; i < elements.size(); i++) {
      try {
        read.add(kind.parse(elements.get(i)));
      } catch (InvalidValue e) {
        broken.add(key);
        problems.add(elements.get(i), pathOf(key) + "[" + i + "]", e.text());
      }
    }
    return read;
  }

  /** The value as it is, or null if the key isn't there or is null. */
  @Nullable ConfigValue value(String key) {
    known.add(key);
    ConfigValue value = object.get(key);
    return value == null || value.valueType() == ConfigValueType.NULL ? null : value;
  }

  private @Nullable ConfigValue present(String key, String allowed) {
    ConfigValue value = value(key);
    if (value == null) {
      problem(key, "is missing; allowed: " + allowed);
    }
    return value;
  }

  /** About a key's value, or about the object if the key isn't there. */
  void problem(String key, String message) {
    broken.add(key);
    ConfigValue value = object.get(key);
    problems.add(value == null ? object : value, pathOf(key), message);
  }

  /** Whether nothing is wrong with these keys so far, so that they may be compared with others. */
  boolean sound(String... keys) {
    return Set.of(keys).stream().noneMatch(broken::contains);
  }

  /** Every key that nobody asked for is a problem. */
  void rejectUnknownKeys() {
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      if (!known.contains(entry.getKey())) {
        problems.add(
            entry.getValue().origin(),
            pathOf(entry.getKey()),
            "unknown key; allowed: %s%s"
                .formatted(
                    String.join(", ", known), Suggestions.didYouMean(entry.getKey(), known)));
      }
    }
  }

  String path() {
    return path;
  }

  String pathOf(String key) {
    return Words.join(path, key);
  }

  Problems problems() {
    return problems;
  }
}
