package io.millrace.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigResolver;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.io.File;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One configuration file with what it includes, the environment over it and {@code reference.conf}
 * under it, parsed and resolved. What the library throws becomes problems here and goes no further.
 */
final class HoconFile {
  /** The one top-level key that is ours. Others are the user's own, for substitutions. */
  static final String ROOT = "millrace";

  /** Each pass of resolving finds one substitution without a value; this many are told at once. */
  private static final int MAX_UNRESOLVED = 100;

  private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\{([^}]*)\\}");

  private final Path file;
  private final Environment environment;
  private final Problems problems;
  private final Set<Path> files = new HashSet<>();
  private final InputBounds bounds = new InputBounds();

  HoconFile(Path file, Environment environment, Problems problems) {
    this.file = file;
    this.environment = environment;
    this.problems = problems;
    files.add(file.toAbsolutePath());
  }

  /** The file and, once it is read, what it includes; absolute. */
  Set<Path> files() {
    return files;
  }

  /** The value of {@code millrace}; null if there is none to read, and then there are problems. */
  @Nullable ConfigValue read() {
    String wrong = Files.exists(file) ? bounds.admit(file, 0) : "no such file";
    if (wrong != null) {
      problems.add("", wrong);
      return null;
    }
    try {
      Config own = environment.overrides(problems).withFallback(parse());
      if (!hasRoot(own)) {
        return null;
      }
      Config whole = own.withFallback(reference()).withFallback(environment.substitutions());
      String tooLarge = Expansion.whatIsWrong(whole.root());
      if (tooLarge != null) {
        problems.add("", tooLarge);
        return null;
      }
      Config resolved = resolve(whole);
      return resolved == null ? null : resolved.root().get(ROOT);
    } catch (Includes.BadInclude e) {
      problems.add(e.place(), "", String.valueOf(e.getMessage()));
    } catch (ConfigException e) {
      report(e);
    } catch (StackOverflowError e) {
      // The library's parser recurses once per bracket.
      problems.add("", "is nested too deeply; allowed: some hundred levels");
    }
    return null;
  }

  private Config parse() {
    // The library finds an include beside its file only if the file's name has a folder.
    File named = file.getParent() == null ? new File(".", file.toString()) : file.toFile();
    return ConfigFactory.parseFile(
        named,
        ConfigParseOptions.defaults()
            .setSyntax(ConfigSyntax.CONF)
            .setAllowMissing(false)
            .setIncluder(new Includes(named.toPath(), files, bounds)));
  }

  /** Ours alone: a reference.conf of some other jar has no say. */
  static Config reference() {
    URL url = Objects.requireNonNull(HoconFile.class.getResource("/reference.conf"));
    return ConfigFactory.parseURL(
        url, ConfigParseOptions.defaults().setOriginDescription(Place.REFERENCE));
  }

  private boolean hasRoot(Config own) {
    for (String key : own.root().keySet()) {
      if (!key.equals(ROOT) && Suggestions.nearest(key, List.of(ROOT)) != null) {
        problems.add(
            Objects.requireNonNull(own.root().get(key)).origin(),
            Words.join("", key),
            "unknown key; allowed: millrace; did you mean \"millrace\"?");
      }
    }
    ConfigValue root = own.root().get(ROOT);
    if (root == null || root.valueType() == ConfigValueType.NULL) {
      problems.add(ROOT, "is missing; a configuration is one object: millrace { ... }");
      return false;
    }
    return true;
  }

  /** Null if there is no sense in going on. */
  private @Nullable Config resolve(Config whole) {
    Set<String> unresolved = new HashSet<>();
    // The environment is part of the configuration already, so the library needn't look there.
    var options =
        ConfigResolveOptions.defaults()
            .setUseSystemEnvironment(false)
            .appendResolver(new Placeholders(unresolved));
    while (true) {
      try {
        return whole.resolve(options);
      } catch (ConfigException.UnresolvedSubstitution e) {
        Matcher substitution = SUBSTITUTION.matcher(LibraryMessage.of(e));
        boolean cycle = LibraryMessage.of(e).contains("cycle of substitutions");
        if (cycle || !substitution.find()) {
          report(e);
          return null;
        }
        String name = substitution.group(1);
        problems.add(
            e.origin(),
            "",
            "${%s} has no value; allowed: a key of this file or an environment variable, or ${?%s} if it may be absent"
                .formatted(name, name));
        if (!unresolved.add(name) || unresolved.size() >= MAX_UNRESOLVED) {
          return null;
        }
      } catch (ConfigException e) {
        // What a placeholder led to has been reported where it began.
        if (unresolved.isEmpty()) {
          report(e);
        }
        return null;
      }
    }
  }

  /** Gives {@link Problems#UNRESOLVED} to what was found to have no value. */
  private record Placeholders(Set<String> unresolved) implements ConfigResolver {
    @Override
    public @Nullable ConfigValue lookup(String path) {
      return unresolved.contains(path) ? ConfigValueFactory.fromAnyRef(Problems.UNRESOLVED) : null;
    }

    @Override
    public ConfigResolver withFallback(ConfigResolver fallback) {
      return this;
    }
  }

  private void report(ConfigException e) {
    problems.add(e.origin(), "", LibraryMessage.of(e));
  }
}
