package io.millrace.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseable;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The library's includes, with two differences. Their errors name the line of the include, which
 * the library doesn't pass on. And a file that is there but can't be read is an error: the library
 * takes it for missing, that is for nothing, and configuration that silently doesn't count is what
 * an operator finds last.
 */
final class Includes implements ConfigIncluder, ConfigIncluderFile {
  private static final List<String> EXTENSIONS = List.of(".conf", ".json", ".properties");

  /** The files being read, the innermost first: an include stands in the first one. */
  private final Deque<Path> reading;

  private final @Nullable ConfigIncluder library;

  /** Every file that was included, absolute. */
  private final Set<Path> included;

  /** Adds what {@code file} includes to {@code included}. */
  Includes(Path file, Set<Path> included) {
    this(new ArrayDeque<>(List.of(file)), included, null);
  }

  private Includes(Deque<Path> reading, Set<Path> included, @Nullable ConfigIncluder library) {
    this.reading = reading;
    this.included = included;
    this.library = library;
  }

  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    return library == null ? new Includes(reading, included, fallback) : this;
  }

  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    for (String name : names(what)) {
      ConfigParseable found = context.relativeTo(name);
      String file = found == null ? null : found.origin().filename();
      if (file != null && exists(file)) {
        return within(what, Path.of(file), () -> throughLibrary(context, what));
      }
    }
    return within(what, null, () -> throughLibrary(context, what));
  }

  private ConfigObject throughLibrary(ConfigIncludeContext context, String what) {
    return library == null ? ConfigFactory.empty().root() : library.include(context, what);
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    Path found = null;
    for (String name : names(what.getPath())) {
      if (found == null && exists(name)) {
        found = Path.of(name);
      }
    }
    return within(
        what.getPath(),
        found,
        () ->
            library instanceof ConfigIncluderFile files
                ? files.includeFile(context, what)
                : ConfigFactory.empty().root());
  }

  /** As in the library, a name without an extension stands for three. */
  private static List<String> names(String what) {
    return EXTENSIONS.stream().anyMatch(what::endsWith)
        ? List.of(what)
        : EXTENSIONS.stream().map(extension -> what + extension).toList();
  }

  private static boolean exists(String file) {
    try {
      return Files.exists(Path.of(file));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private ConfigObject within(String what, @Nullable Path file, Supplier<ConfigObject> include) {
    if (file == null) {
      return orBadInclude(what, include);
    }
    if (Files.isDirectory(file) || !Files.isReadable(file)) {
      throw bad(what, "is there, but is not a readable file");
    }
    if (reading.contains(file)) {
      throw bad(what, "includes itself, directly or through others");
    }
    included.add(file.toAbsolutePath());
    reading.addFirst(file);
    try {
      return include.get();
    } finally {
      reading.removeFirst();
    }
  }

  private ConfigObject orBadInclude(String what, Supplier<ConfigObject> include) {
    try {
      return include.get();
    } catch (ConfigException.IO e) {
      throw bad(what, "is required, but is not there");
    }
  }

  private BadInclude bad(String what, String why) {
    Path file = reading.getFirst();
    return new BadInclude(
        new Place(file.toString(), lineOf(what, file)),
        "included file %s %s".formatted(Words.quote(what), why));
  }

  /** The first line that includes that name; 0 = not found, for whatever reason. */
  private static int lineOf(String what, Path file) {
    try {
      List<String> lines =
          new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).contains("include") && lines.get(i).contains(Words.quote(what))) {
          return i + 1;
        }
      }
      return 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /** Thrown through the library to {@link HoconFile}. */
  static final class BadInclude extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Place place;

    BadInclude(Place place, String message) {
      super(message);
      this.place = place;
    }

    Place place() {
      return place;
    }
  }
}
