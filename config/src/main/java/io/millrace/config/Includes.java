package io.millrace.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseable;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The library's includes, with three differences. Their errors name the line of the include, which
 * the library doesn't pass on. A file that is there but can't be read is an error: the library
 * takes it for missing, that is for nothing, and configuration that silently doesn't count is what
 * an operator finds last. And only files are included, within the bounds of {@link InputBounds}: a
 * URL would open a socket, which loading promises not to do.
 */
final class Includes
    implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
  private static final List<String> EXTENSIONS = List.of(".conf", ".json", ".properties");

  /** What the library would take for a URL; blanks before it are no obstacle to that. */
  private static final Pattern URL_LIKE =
      Pattern.compile("\\A[\\x00-\\x20]*[A-Za-z][A-Za-z0-9+.-]*:");

  /** The files being read, the innermost first: an include stands in the first one. */
  private final Deque<Path> reading;

  private final @Nullable ConfigIncluder library;
  private final InputBounds bounds;

  /** Every file that was included, absolute. */
  private final Set<Path> included;

  /** Adds what {@code file} includes to {@code included}. */
  Includes(Path file, Set<Path> included, InputBounds bounds) {
    this(new ArrayDeque<>(List.of(file)), included, bounds, null);
  }

  private Includes(
      Deque<Path> reading,
      Set<Path> included,
      InputBounds bounds,
      @Nullable ConfigIncluder library) {
    this.reading = reading;
    this.included = included;
    this.bounds = bounds;
    this.library = library;
  }

  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    return library == null ? new Includes(reading, included, bounds, fallback) : this;
  }

  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    if (URL_LIKE.matcher(what).find()) {
      throw bad(
          what, "is a URL; allowed: files, as in include \"other.conf\" or file(\"a:b.conf\")");
    }
    for (String name : names(what)) {
      ConfigParseable found = context.relativeTo(name);
      String file = found == null ? null : found.origin().filename();
      if (file != null && exists(file)) {
        return within(what, Path.of(file), () -> throughLibrary(context, what));
      }
    }
    // The library would go on to look among the program's own resources.
    return missing(context, what);
  }

  private ConfigObject throughLibrary(ConfigIncludeContext context, String what) {
    return library == null ? nothing() : library.include(context, what);
  }

  private ConfigObject missing(ConfigIncludeContext context, String what) {
    if (!context.parseOptions().getAllowMissing()) {
      throw bad(what, "is required, but is not there");
    }
    return nothing();
  }

  private static ConfigObject nothing() {
    return ConfigFactory.empty().root();
  }

  @Override
  public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
    throw bad(what.toString(), "is a URL; allowed: files, as in include \"other.conf\"");
  }

  @Override
  public ConfigObject includeResources(ConfigIncludeContext context, String what) {
    throw bad(what, "is of the class path; allowed: files, as in include \"other.conf\"");
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    Path found = null;
    for (String name : names(what.getPath())) {
      if (found == null && exists(name)) {
        found = Path.of(name);
      }
    }
    return found == null
        ? missing(context, what.getPath())
        : within(
            what.getPath(),
            found,
            () ->
                library instanceof ConfigIncluderFile files
                    ? files.includeFile(context, what)
                    : nothing());
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

  private ConfigObject within(String what, Path file, Supplier<ConfigObject> include) {
    if (reading.contains(file)) {
      throw bad(what, "includes itself, directly or through others");
    }
    String wrong = bounds.admit(file, reading.size());
    if (wrong != null) {
      throw bad(what, wrong);
    }
    included.add(file.toAbsolutePath());
    reading.addFirst(file);
    try {
      return include.get();
    } finally {
      reading.removeFirst();
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
