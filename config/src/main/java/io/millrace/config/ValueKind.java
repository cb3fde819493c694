package io.millrace.config;

import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a key's value may be.
 *
 * @param allowed for the message about a value that is missing or of the wrong type
 * @param placeholder stands for a value with a problem, so that the rest can be read; the settings
 *     made from it are thrown away
 * @param parser makes the value from its text
 */
record ValueKind<T>(String allowed, T placeholder, Parser<T> parser) {
  /** Numbers, booleans and strings all come as text: an environment variable has no other type. */
  @FunctionalInterface
  interface Parser<T> {
    /** The value, or {@link InvalidValue} if the text says nothing that is allowed. */
    T parse(String text);
  }

  private static final String ADDRESSES = "\"192.0.2.1:0\" or \"[2001:db8::1]:0\"";
  private static final String INTERFACE_NAMES = "1 to 15 characters without spaces, / and :";
  private static final Pattern INTERFACE_NAME = Pattern.compile("[^\\s/:]{1,15}");

  /** The value, or {@link InvalidValue} if it isn't of this kind. */
  T parse(ConfigValue value) {
    return parser.parse(scalar(value));
  }

  private String scalar(ConfigValue value) {
    return switch (value.valueType()) {
      case STRING -> (String) value.unwrapped();
      // Rendered, a number is what was written: 1e3 stays 1e3.
      case NUMBER, BOOLEAN -> value.render();
      case OBJECT, LIST, NULL ->
          throw new InvalidValue(
              "expected one value, found %s; allowed: %s"
                  .formatted(describe(value.valueType()), allowed));
    };
  }

  static String describe(ConfigValueType type) {
    return switch (type) {
      case OBJECT -> "an object { ... }";
      case LIST -> "a list [ ... ]";
      default -> "a " + type.name().toLowerCase(Locale.ROOT);
    };
  }

  static ValueKind<String> text(String allowed) {
    return new ValueKind<>(
        allowed,
        "",
        text -> {
          if (text.isBlank()) {
            throw new InvalidValue("is empty; allowed: " + allowed);
          }
          return text;
        });
  }

  /** {@code true} and {@code false}, and HOCON's other words for them. */
  static ValueKind<Boolean> flag() {
    return new ValueKind<>(
        "true, false",
        false,
        text ->
            switch (text) {
              case "true", "yes", "on" -> true;
              case "false", "no", "off" -> false;
              default ->
                  throw new InvalidValue(
                      "%s is neither true nor false; allowed: true, false%s"
                          .formatted(
                              Words.quote(text),
                              Suggestions.didYouMean(text, List.of("true", "false"))));
            });
  }

  static ValueKind<Integer> integer(int min, int max) {
    return new ValueKind<>(
        min + " to " + max, min, text -> (int) Numbers.parseWhole(text, min, max));
  }

  /** A part of something: a number with a point. */
  static ValueKind<Double> fraction(double min, double max) {
    String allowed = (min == Math.rint(min) ? String.valueOf((long) min) : min) + " to " + max;
    return new ValueKind<>(
        allowed,
        min,
        text -> {
          double value = Numbers.parse(text, allowed);
          if (value < min || value > max) {
            throw new InvalidValue(text.strip() + " is out of range; allowed: " + allowed);
          }
          return value;
        });
  }

  static ValueKind<Long> wholeNumber(long min) {
    return new ValueKind<>(
        min + " or more", min, text -> Numbers.parseWhole(text, min, Long.MAX_VALUE));
  }

  static ValueKind<Long> wholeNumber(long min, long max) {
    return new ValueKind<>(min + " to " + max, min, text -> Numbers.parseWhole(text, min, max));
  }

  /** An integer, or {@code auto}, which reads as -1. */
  static ValueKind<Integer> integerOrAuto(int min, int max) {
    ValueKind<Long> kind = numberOr("auto", min, max);
    return new ValueKind<>(kind.allowed, -1, text -> kind.parser.parse(text).intValue());
  }

  /** A whole number, or a word, which reads as -1. */
  static ValueKind<Long> numberOr(String word, long min, long max) {
    return new ValueKind<>(
        min + " to " + max + " or " + word,
        -1L,
        text -> {
          if (text.equals(word)) {
            return -1L;
          }
          try {
            return Numbers.parseWhole(text, min, max);
          } catch (InvalidValue e) {
            throw new InvalidValue(
                e.text() + " or " + word + Suggestions.didYouMean(text, List.of(word)));
          }
        });
  }

  static ValueKind<Duration> duration(Duration min, Duration max) {
    long minNs = min.toNanos();
    long maxNs = max.toNanos();
    return new ValueKind<>(
        Quantity.DURATION.range(minNs, maxNs),
        min,
        text -> Duration.ofNanos(Quantity.DURATION.parse(text, minNs, maxNs)));
  }

  static ValueKind<Integer> sizeBytes(int min, int max) {
    return new ValueKind<>(
        Quantity.SIZE.range(min, max), min, text -> (int) Quantity.SIZE.parseWhole(text, min, max));
  }

  static <E extends Enum<E>> ValueKind<E> oneOf(Class<E> type) {
    List<String> words = Words.all(type);
    E[] constants = type.getEnumConstants();
    return new ValueKind<>(
        String.join(", ", words),
        constants[0],
        text -> {
          int index = words.indexOf(text);
          if (index < 0) {
            throw new InvalidValue(
                "%s is not allowed; allowed: %s%s"
                    .formatted(
                        Words.quote(text),
                        String.join(", ", words),
                        Suggestions.didYouMean(text, words)));
          }
          return constants[index];
        });
  }

  static ValueKind<HostPort> hostPort(int minPort) {
    return new ValueKind<>(
        HostPort.FORMS, new HostPort("", minPort), text -> HostPort.parse(text, minPort));
  }

  /** An address and a port of this machine: nobody is asked for a name. */
  static ValueKind<HostPort> address(int minPort) {
    return new ValueKind<>(
        ADDRESSES,
        new HostPort("0.0.0.0", minPort),
        text -> {
          HostPort address = HostPort.parse(text, minPort);
          if (address.isName()) {
            throw new InvalidValue(
                "%s is a name; allowed: an address, such as %s"
                    .formatted(Words.quote(text), ADDRESSES));
          }
          return address;
        });
  }

  static ValueKind<IpPrefix> ipPrefix() {
    return new ValueKind<>(IpPrefix.FORMS, IpPrefix.parse("0.0.0.0/0"), IpPrefix::parse);
  }

  static ValueKind<PortRange> ports() {
    return new ValueKind<>(PortRange.FORMS, PortRange.ANY, PortRange::parse);
  }

  static ValueKind<Long> bitRate() {
    return new ValueKind<>(
        Quantity.BIT_RATE.range(1, Rates.MAX_BITS_PER_SECOND), 1L, Rates::parseBitsPerSecond);
  }

  static ValueKind<Double> datagramRate() {
    return new ValueKind<>(Rates.DATAGRAMS_RANGE, 1.0, Rates::parseDatagramsPerSecond);
  }

  /** Of a source's own timing. */
  static ValueKind<Double> speed() {
    return new ValueKind<>(Rates.SPEED_RANGE, 1.0, Rates::parseSpeed);
  }

  /** A Linux network interface: what {@code dev_valid_name()} of the kernel takes. */
  static ValueKind<String> interfaceName() {
    return new ValueKind<>(
        INTERFACE_NAMES,
        "",
        text -> {
          if (!INTERFACE_NAME.matcher(text).matches() || text.equals(".") || text.equals("..")) {
            throw new InvalidValue(
                Words.quote(text) + " is no interface name; allowed: " + INTERFACE_NAMES);
          }
          return text;
        });
  }
}
