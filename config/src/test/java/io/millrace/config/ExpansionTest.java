package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A small file must not become a large configuration; one that merely uses itself is fine. */
@Timeout(60)
final class ExpansionTest {
  private static final String TOO_LARGE =
      "x.conf: becomes too large when its substitutions are put in; allowed: 8 MiB";

  @TempDir private Path temp = Path.of("");

  private static String lines(int number, IntFunction<String> line) {
    return IntStream.range(0, number).mapToObj(line).collect(Collectors.joining("\n", "", "\n"))
        + ConfigFolder.A_STREAM;
  }

  private ConfigFolder folder() {
    return new ConfigFolder(temp);
  }

  @Test
  void whatDoublesThirtyTimesIsRefused() {
    for (String form :
        new String[] {
          "a%2$d = ${a%1$d}${a%1$d}",
          "a%2$d = [${a%1$d}, ${a%1$d}]",
          "a%2$d { l = ${a%1$d}, r = ${?a%1$d} }",
          "a%2$d = ${a%1$d} ${\"a%1$d\"}"
        }) {
      String config = lines(30, at -> form.formatted(at, at + 1));
      assertThat(folder().problems("a0 = [1]\n" + config)).as(form).containsExactly(TOO_LARGE);
    }
  }

  @Test
  void whatDoublesItselfIsRefused() {
    assertThat(folder().problems("a = [1]\n" + lines(30, _ -> "a = ${a}${a}")))
        .containsExactly(TOO_LARGE);
    assertThat(folder().problems("a.b = [1]\n" + lines(30, _ -> "a.b = ${?a.b}[2]${a.b}")))
        .containsExactly(TOO_LARGE);
  }

  @Test
  void whatDoublesInAnIncludedFileIsRefused() {
    folder()
        .write(
            "part.conf",
            "a0 = xx\n" + lines(30, at -> "a%d = ${a%d}${a%d}".formatted(at + 1, at, at)));
    assertThat(folder().problems("deep.inside { include \"part\" }\n" + ConfigFolder.A_STREAM))
        .containsExactly(TOO_LARGE);
  }

  @Test
  void whatComesFromTheEnvironmentCountsToo() {
    assertThat(
            folder()
                .problems(
                    "a0 = ${LONG}\n"
                        + lines(10, at -> "a%d = ${a%d}${a%d}".formatted(at + 1, at, at)),
                    Map.of("LONG", "x".repeat(100_000))))
        .containsExactly(TOO_LARGE);
  }

  @Test
  void layersAreBounded() {
    assertThat(folder().problems("a = []\n" + lines(101, _ -> "a += 1")))
        .containsExactly(
            "x.conf: sets a more than 100 times with substitutions or +=; write it" + " out");
    assertThat(folder().settings("a = []\n" + lines(100, _ -> "a += 1")).streams()).hasSize(1);
    assertThat(folder().problems(lines(101, _ -> "a = ${?b}"))).hasSize(1);
  }

  @Test
  void usesOfAValueAreNoExpansion() {
    String config =
        lines(
            1000,
            at -> "b%d = ${base} { x = ${base.text}, y = ${?none}, z = ${PATH} }".formatted(at));
    assertThat(
            folder()
                .settings("base { text = \"0123456789\" }\n" + config, Map.of("PATH", "/bin"))
                .streams())
        .hasSize(1);
    assertThat(folder().settings("a = \"${a}${a}\"\n" + ConfigFolder.A_STREAM).streams())
        .hasSize(1);
  }
}
