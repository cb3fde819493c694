package io.millrace.config;

import com.typesafe.config.ConfigException;
import java.util.regex.Pattern;

/** What the library says about a file, without what only its authors understand. */
final class LibraryMessage {
  private static final int LONGEST = 400;

  /** Renaming a file is no help to anybody here: it is read as HOCON whatever its name. */
  private static final String RENAMING =
      ", or you may be able to rename the file .properties rather than .conf";

  private static final Pattern CLASS_OF_CAUSE = Pattern.compile("^(java\\.[\\w.]+: )+");
  private static final Pattern RENDERED_VALUES = Pattern.compile("(?s), (Simple)?Config\\w+\\(.*");

  private LibraryMessage() {}

  static String of(ConfigException e) {
    String message = String.valueOf(e.getMessage());
    if (e.origin() != null && message.startsWith(e.origin().description() + ": ")) {
      message = message.substring(e.origin().description().length() + 2);
    }
    if (message.startsWith(" has type")) {
      return "is not an object; allowed: " + HoconFile.ROOT + " { ... }";
    }
    message = CLASS_OF_CAUSE.matcher(message).replaceFirst("").replace(RENAMING, "");
    message = RENDERED_VALUES.matcher(message).replaceFirst("");
    return message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "…";
  }
}
