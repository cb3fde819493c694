package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.HostPort;
import io.millrace.config.NameAddresses;
import io.millrace.config.NameUse;
import io.millrace.config.TargetSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TargetMatchTest {
  private static final NameUse FIRST = new NameUse(NameAddresses.FIRST, Duration.ofSeconds(1));
  private static final NameUse ALL = new NameUse(NameAddresses.ALL, Duration.ofSeconds(1));

  private static TargetSettings target(String host, NameUse use) {
    return TargetSettings.plain(host + ":1", new HostPort(host, 1), use);
  }

  @Test
  void otherUseOfANameIsTheSameTarget() {
    assertThat(TargetMatch.places(List.of(target("a", FIRST)), List.of(target("a", ALL))))
        .containsExactly(0);
  }

  @Test
  void equalOnesComeFirstAndEachIsTakenOnce() {
    List<TargetSettings> there =
        List.of(target("a", FIRST), target("a", ALL), target("127.0.0.1", FIRST));
    assertThat(
            TargetMatch.places(
                there,
                List.of(
                    target("a", ALL),
                    target("b", ALL),
                    target("a", ALL),
                    target("127.0.0.1", ALL),
                    target("a", FIRST))))
        .containsExactly(1, -1, -1, 2, 0);
  }

  @Test
  void whatIsLeftIsWhatTheOtherHasLessOften() {
    TargetSettings a = target("a", FIRST);
    TargetSettings b = target("b", FIRST);
    assertThat(TargetMatch.without(List.of(a, b, a), List.of(a))).containsExactly(b, a);
  }
}
