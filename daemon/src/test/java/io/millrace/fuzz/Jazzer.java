package io.millrace.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What Jazzer calls, and by {@link #main} what loadtest/fuzz asks before. Nothing here needs Jazzer
 * to compile: it looks for these two methods by their names.
 */
public final class Jazzer {
  private static @Nullable Oracle oracle;

  private Jazzer() {}

  /** Called once, with what {@code --target_args} holds: the target's name. */
  public static void fuzzerInitialize(String[] arguments) {
    oracle = new Oracle(FuzzTargets.of(arguments[0]).make());
  }

  /** Called for each input; whatever it throws is a finding. */
  public static void fuzzerTestOneInput(byte[] input) {
    Objects.requireNonNull(oracle, "fuzzerInitialize comes first").check(input);
  }

  /**
   * Without arguments: prints the names of the targets. With a name and a folder: writes its seeds
   * into {@code seeds} there, and its words as a libFuzzer dictionary. With a name, and files after
   * {@code --}: runs those alone.
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length == 0) {
      for (FuzzTargets target : FuzzTargets.values()) {
        System.out.println(target.label());
      }
      return;
    }
    FuzzTarget target = FuzzTargets.of(arguments[0]).make();
    if (arguments[1].equals("--")) {
      for (String file : List.of(arguments).subList(2, arguments.length)) {
        new Oracle(target).check(Files.readAllBytes(Path.of(file)));
      }
      return;
    }
    Path seeds = Files.createDirectories(Path.of(arguments[1], "seeds"));
    int number = 0;
    for (byte[] seed : target.seeds()) {
      Files.write(seeds.resolve("seed-" + number++), seed);
    }
    Files.write(
        Path.of(arguments[1], "words"), target.words().stream().map(Jazzer::entry).toList());
  }

  /** A line of a libFuzzer dictionary. */
  private static String entry(String word) {
    StringBuilder line = new StringBuilder("\"");
    for (byte each : word.getBytes(StandardCharsets.UTF_8)) {
      boolean plain = each >= ' ' && each <= '~' && each != '"' && each != '\\';
      line.append(plain ? String.valueOf((char) each) : "\\x%02x".formatted(each));
    }
    return line.append('"').toString();
  }
}
