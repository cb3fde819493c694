package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.ConfigLoader;
import io.millrace.config.ConfigProblemsException;
import io.millrace.config.Rates;
import io.millrace.config.Settings;
import io.millrace.config.StreamSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReloadPlanTest {
  private static final String A =
      "streams.a { source.type = generator, pace = 1000/s, targets = [ \"h:1\", \"h:2\" ] }\n";
  private static final String B = "streams.b { source.type = generator, targets = [ \"h:1\" ] }\n";

  @TempDir private Path folder = Path.of("");

  private Settings settings(String text) {
    try {
      Path file = Files.writeString(folder.resolve("x.conf"), "millrace {\n" + text + "}\n");
      return ConfigLoader.load(file).settings();
    } catch (IOException | ConfigProblemsException failure) {
      throw new AssertionError(failure);
    }
  }

  /** The streams of a configuration, running as it says. */
  private static List<ReloadPlan.Running> running(Settings settings) {
    return settings.streams().stream().map(ReloadPlanTest::asFile).toList();
  }

  private static ReloadPlan.Running asFile(StreamSettings stream) {
    return new ReloadPlan.Running(stream, stream.pace(), stream.targets(), false);
  }

  private Map<String, List<String>> plan(String now, String wanted) {
    Settings settings = settings(now);
    return ReloadPlan.of(running(settings), settings, settings(wanted)).details();
  }

  private static Map<String, List<String>> details(String key, String line) {
    Map<String, List<String>> details =
        new TreeMap<>(
            Map.of(
                "added", List.of(),
                "removed", List.of(),
                "replaced", List.of(),
                "changed", List.of(),
                "restart_needed", List.of()));
    details.put(key, List.of(line));
    return details;
  }

  @Test
  void theSameConfigurationChangesNothing() {
    Settings settings = settings(A + B);
    assertThat(ReloadPlan.of(running(settings), settings, settings(B + A)).isEmpty()).isTrue();
  }

  @Test
  void streamsAreAddedAndRemovedByName() {
    assertThat(plan(A, A + B)).isEqualTo(details("added", "b"));
    assertThat(plan(A + B, A)).isEqualTo(details("removed", "b"));
  }

  @Test
  void anotherSourceIsAnotherStream() {
    assertThat(plan(A + B, A + B + "streams.a.source.datagram-size = 99\n"))
        .isEqualTo(details("replaced", "a"));
  }

  @ParameterizedTest
  @CsvSource({
    "streams.a.pace = 50 Mbit/s, 'a: pace 50 Mbit/s (was 1000/s)'",
    "'streams.a.targets = [ \"h:2\", \"h:3\", \"h:4\" ]', 'a: 2 targets added, 1 removed'",
    "'streams.a.targets = [ \"h:2\", \"h:1\" ]', a: targets in another order",
    "'streams.a.targets = [ \"h:1\", { to = \"h:2\", ttl = 3 } ]', 'a: 1 targets added, 1 removed'"
  })
  void paceAndTargetsChangeInPlace(String line, String change) {
    assertThat(plan(A + B, A + B + line + "\n")).isEqualTo(details("changed", change));
  }

  private static String paced(String rate, String kernel) {
    return "streams.a.pace = { rate = %s, kernel = %s }\n".formatted(rate, kernel);
  }

  @ParameterizedTest
  @CsvSource({
    "none, fq, replaced",
    "fq, fq, replaced",
    "none, txtime, replaced",
    "fq, txtime, replaced",
    "txtime, txtime, changed"
  })
  void whoSpacesTheDatagramsIsAnOptionOfTheSocket(String before, String after, String key) {
    Map<String, List<String>> plan =
        plan(A + B + paced("1 Mbit/s", before), A + B + paced("2 Mbit/s", after));
    assertThat(plan.get(key)).hasSize(1);
  }

  @Test
  void whatLiveControlDidIsUndone() {
    Settings settings = settings(A + B);
    StreamSettings a = settings.streams().getFirst();
    StreamSettings b = settings.streams().getLast();
    List<ReloadPlan.Running> running =
        List.of(
            new ReloadPlan.Running(a, Rates.parse("5/s"), List.of(a.targets().getFirst()), false),
            new ReloadPlan.Running(b, b.pace(), b.targets(), true));
    assertThat(ReloadPlan.of(running, settings, settings).details().get("changed"))
        .containsExactly("a: pace 1000/s (was 5/s), 1 targets added, 0 removed", "b: resumed");
  }

  @ParameterizedTest
  @CsvSource({
    "rings.cpus = [ 0 ], rings.cpus",
    "rings.entries = 64, rings.entries",
    "rings.batch = 1, rings.batch",
    "rings.idle = park, rings.idle",
    "rings.drain-timeout = 1 s, rings.drain-timeout",
    "buffers.slot-size = 32 KiB, buffers.slot-size",
    "buffers.slots-per-ring = 64, buffers.slots-per-ring",
    "buffers.huge-pages = never, buffers.huge-pages",
    "send.engine = uring, send.engine",
    "send.completion = paired, send.completion",
    "send.zero-copy = never, send.zero-copy",
    "send.gso = never, send.gso",
    "send.combine-flag-bit = 4, send.combine-flag-bit",
    "send.send-buffer = 1 MiB, send.send-buffer",
    "admin.enabled = false, admin.enabled",
    "'admin.listen = \"[::1]:1\"', admin.listen",
    "admin.control = true, admin.control",
    "admin.token-file = x.conf, admin.token-file"
  })
  void someKeysWaitForARestart(String line, String key) {
    assertThat(plan(A, A + line + "\n")).isEqualTo(details("restart_needed", key));
  }

  @Test
  void reloadOnChangeDoesNot() {
    Settings settings = settings(A);
    ReloadPlan plan =
        ReloadPlan.of(running(settings), settings, settings(A + "reload.on-change = true\n"));
    assertThat(plan.restartNeeded()).isEmpty();
    assertThat(plan.isEmpty()).isTrue();
  }
}
