package io.millrace.config;

import com.typesafe.config.ConfigUtil;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How configurations spell things. */
final class Words {
  /** Enough to recognise a value by; a message isn't the place for a whole file. */
  private static final int LONGEST_QUOTE = 80;

  /** What a control character is written as has so many. */
  private static final int ESCAPED = 6;

  private Words() {}

  /** A user's text in quotes, on one line, cut if it is long. */
  static String quote(String text) {
    String quoted = ConfigUtil.quoteString(cut(text, LONGEST_QUOTE));
    return quoted.length() <= 2 * LONGEST_QUOTE
        ? quoted
        : ConfigUtil.quoteString(cut(text, LONGEST_QUOTE / ESCAPED));
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest) + "…";
  }

  /** {@code BUSY_SPIN} is written {@code busy-spin}. */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Every word of an enumeration, in its order. */
  static List<String> all(Class<? extends Enum<?>> type) {
    return Arrays.stream(type.getEnumConstants()).map(Words::of).toList();
  }

  /** {@code millrace.streams} and {@code a.b} make {@code millrace.streams."a.b"}. */
  static String join(String path, String key) {
    return path.isEmpty() ? ConfigUtil.joinPath(key) : path + "." + ConfigUtil.joinPath(key);
  }
}
