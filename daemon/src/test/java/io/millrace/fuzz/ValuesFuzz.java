package io.millrace.fuzz;

import io.millrace.config.HostPort;
import io.millrace.config.PaceSettings;
import io.millrace.config.Rates;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Single values, as requests bring them too: a rate or an address, which prints as one that reads
 * the same; or an IllegalArgumentException whose message says what is allowed.
 */
final class ValuesFuzz implements FuzzTarget {
  private static final Duration BURST = Duration.ofMillis(5);

  @Override
  public List<byte[]> seeds() {
    return List.of(
            "50 Mbit/s",
            "1.5e3KiB/s",
            "100000/s",
            "0.333/s",
            "unlimited",
            "127.0.0.1:5004",
            "[2001:db8::1]:5004",
            "[fe80::1%eth0]:0",
            "[::ffff:192.0.2.1]:1",
            "receiver.example.:65535",
            "2001:db8::1:5004",
            "1e-300/s",
            "999999999999 bit/s")
        .stream()
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  @Override
  public List<String> words() {
    return List.of(
        "0",
        "1",
        "9",
        "99999999999",
        ".",
        ":",
        "::",
        "[",
        "]",
        "%",
        "/",
        "/s",
        " ",
        "e",
        "e99",
        "e-99",
        "E+",
        "+",
        "-",
        "bit/s",
        "kbit/s",
        "Gbit/s",
        "GB/s",
        "GiB/s",
        "B/s",
        "unlimited",
        "\u0000",
        "\u0663",
        "\uFF11",
        "\t",
        "a",
        "ff",
        "xn--",
        "_",
        "255",
        "256",
        "65536");
  }

  @Override
  public void accept(byte[] input) {
    String text = new String(input, StandardCharsets.UTF_8);
    refusedOr(
        () -> {
          PaceSettings pace = Rates.parse(text, BURST);
          same(pace, Rates.parse(Rates.format(pace), BURST));
        });
    refusedOr(
        () -> {
          long rate = Rates.parseBitsPerSecond(text);
          if (rate < 1 || rate > Rates.MAX_BITS_PER_SECOND) {
            throw new AssertionError("a rate of " + rate);
          }
        });
    refusedOr(
        () -> {
          HostPort address = HostPort.parse(text, 0);
          same(address, HostPort.parse(address.toString(), 0));
        });
  }

  private static void same(Object one, Object other) {
    if (!one.equals(other)) {
      throw new AssertionError(one + ", printed and read, is " + other);
    }
  }

  private static void refusedOr(Runnable parser) {
    try {
      parser.run();
    } catch (IllegalArgumentException refused) {
      String message = String.valueOf(refused.getMessage());
      boolean says = message.contains("allowed: ") || message.contains("write for example ");
      if (!says || message.length() > 1000 || message.lines().count() != 1) {
        throw new AssertionError("a bad message: " + message, refused);
      }
    }
  }
}
