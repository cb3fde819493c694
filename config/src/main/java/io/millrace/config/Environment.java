package io.millrace.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The environment as configuration. Does what {@code ConfigFactory.systemEnvironmentOverrides()}
 * and the library's own look-up of {@code ${?NAME}} do, from a map that tests can give, and each
 * value remembers which variable it came from: the library says "env variables" of all of them.
 */
final class Environment {
  private static final String OVERRIDE_PREFIX = "CONFIG_FORCE_";
  private static final String OURS = OVERRIDE_PREFIX + HoconFile.ROOT;
  private static final Pattern UNDERSCORES = Pattern.compile("_+");

  private final Map<String, String> variables;

  Environment(Map<String, String> variables) {
    this.variables = new TreeMap<>(variables);
  }

  /** Every variable under its own name: where a substitution looks last. */
  Config substitutions() {
    Map<String, Object> values = new HashMap<>();
    variables.forEach((name, value) -> values.put(name, valueOf(name, value)));
    return ConfigFactory.parseMap(Map.of()).withFallback(ConfigValueFactory.fromMap(values));
  }

  /**
   * {@code CONFIG_FORCE_millrace_rings_drain__timeout} sets {@code millrace.rings.drain-timeout}:
   * one underscore is a dot, two are a dash, three are an underscore.
   */
  Config overrides(Problems problems) {
    Config overrides = ConfigFactory.empty();
    // In the order of the names, so that a value follows the object it is part of, and wins.
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      String name = variable.getKey();
      if (name.startsWith(OVERRIDE_PREFIX)) {
        List<String> path = pathOf(name.substring(OVERRIDE_PREFIX.length()));
        if (!path.contains("")) {
          overrides =
              overrides.withValue(ConfigUtil.joinPath(path), valueOf(name, variable.getValue()));
        } else if (name.startsWith(OURS)) {
          problems.add(
              new Place(Place.environment(name), 0),
              "",
              "names no key; allowed: _ for a dot, __ for a dash, ___ for an underscore");
        }
      }
    }
    return overrides;
  }

  /** With an empty element where the name has no meaning. */
  private static List<String> pathOf(String name) {
    List<String> path = new ArrayList<>();
    StringBuilder element = new StringBuilder();
    Matcher underscores = UNDERSCORES.matcher(name);
    int next = 0;
    while (underscores.find()) {
      element.append(name, next, underscores.start());
      next = underscores.end();
      switch (next - underscores.start()) {
        case 2 -> element.append('-');
        case 3 -> element.append('_');
        default -> {
          path.add(element.toString());
          element.setLength(0);
          if (next - underscores.start() > 3) {
            path.add("");
          }
        }
      }
    }
    path.add(element.append(name, next, name.length()).toString());
    return path;
  }

  private static ConfigValue valueOf(String name, String value) {
    return ConfigValueFactory.fromAnyRef(value, Place.environment(name));
  }
}
