package io.millrace.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every target on its seeds, on what was ever found (src/test/resources/fuzz), and on inputs made
 * of them by a seed. {@code -Dmillrace.fuzz.seed=N} repeats a run, {@code -Dmillrace.fuzz.runs=N}
 * makes it longer; loadtest/fuzz looks for what these few don't reach.
 */
@Timeout(120)
final class FuzzTest {
  private static final int RUNS = 2000;
  private static final long SEED = 20261127;

  @ParameterizedTest
  @EnumSource(FuzzTargets.class)
  void seedsAreTaken(FuzzTargets target) {
    FuzzTarget made = target.make();
    Oracle oracle = new Oracle(made);
    made.seeds().forEach(oracle::check);
    oracle.check(new byte[0]);
  }

  @ParameterizedTest
  @EnumSource(FuzzTargets.class)
  void findingsOfThePastStayGood(FuzzTargets target) throws IOException, URISyntaxException {
    URL folder = FuzzTest.class.getResource("/fuzz/" + target.label());
    if (folder == null) {
      System.out.println("FuzzTest: nothing was ever found in " + target.label());
      return;
    }
    Oracle oracle = new Oracle(target.make());
    try (Stream<Path> found = Files.list(Path.of(folder.toURI()))) {
      for (Path file : found.sorted().toList()) {
        oracle.check(Files.readAllBytes(file));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(FuzzTargets.class)
  void inputsBySeedAreTakenOrRefused(FuzzTargets target) {
    long seed = Long.getLong("millrace.fuzz.seed", SEED);
    int runs = Integer.getInteger("millrace.fuzz.runs", RUNS);
    FuzzTarget made = target.make();
    Oracle oracle = new Oracle(made);
    Mutation mutation = new Mutation(seed, made);
    for (int run = 0; run < runs; run++) {
      byte[] input = mutation.next();
      try {
        oracle.check(input);
      } catch (AssertionError found) {
        throw new AssertionError(
            "%s, seed %d, run %d: %s%nbase64: %s%n%s"
                .formatted(
                    target.label(),
                    seed,
                    run,
                    found.getMessage(),
                    Base64.getEncoder().encodeToString(input),
                    new String(input, StandardCharsets.UTF_8)),
            found);
      }
    }
    System.out.printf("FuzzTest: %s: %d inputs of seed %d%n", target.label(), runs, seed);
  }

  @Test
  void theOracleFindsWhatIsPlanted() {
    for (RuntimeException bug :
        List.of(new IllegalStateException("bug"), new IndexOutOfBoundsException())) {
      Oracle oracle = new Oracle(new Planted("bad", bug));
      oracle.check("good".getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> oracle.check("bad".getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(AssertionError.class)
          .hasCause(bug);
    }
  }

  @Test
  void mutationsAreTheSameForTheSameSeed() {
    FuzzTarget target = FuzzTargets.FRAMING.make();
    Mutation one = new Mutation(1, target);
    Mutation same = new Mutation(1, target);
    Mutation other = new Mutation(2, target);
    boolean differs = false;
    for (int run = 0; run < 100; run++) {
      String input = HexFormat.of().formatHex(one.next());
      assertThat(HexFormat.of().formatHex(same.next())).isEqualTo(input);
      differs |= !HexFormat.of().formatHex(other.next()).equals(input);
    }
    assertThat(differs).isTrue();
  }

  private record Planted(String bad, RuntimeException bug) implements FuzzTarget {
    @Override
    public List<byte[]> seeds() {
      return List.of();
    }

    @Override
    public List<String> words() {
      return List.of();
    }

    @Override
    public void accept(byte[] input) {
      if (new String(input, StandardCharsets.UTF_8).equals(bad)) {
        throw bug;
      }
    }
  }
}
