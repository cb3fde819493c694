package io.millrace.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.AddressFamily;
import io.millrace.config.NameAddresses;
import io.millrace.config.NameSettings;
import io.millrace.config.Unresolvable;
import io.millrace.counters.NameCounters;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class NamesTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final Duration REFRESH = Duration.ofSeconds(30);
  private static final NameSettings SETTINGS = settings(0.1, AddressFamily.AUTO);

  private final ScriptedLookup lookup = new ScriptedLookup();

  /** Questions that no thread has taken up. */
  private final List<Runnable> waiting = new ArrayList<>();

  private final List<String> heard = new ArrayList<>();
  private long nowNs = 17 * SECOND_NS;
  private final Names names = names(SETTINGS);

  private static NameSettings settings(double jitter, AddressFamily family) {
    return new NameSettings(
        REFRESH, jitter, Duration.ofSeconds(5), NameAddresses.FIRST, Unresolvable.FAIL, family);
  }

  private Names names(NameSettings settings) {
    Names made =
        new Names(
            lookup,
            waiting::add,
            () -> nowNs,
            () -> nowNs / 1_000_000,
            new SplittableRandom(5),
            settings);
    made.listener(heard::add);
    return made;
  }

  private void answerAll() {
    List<Runnable> questions = List.copyOf(waiting);
    waiting.clear();
    questions.forEach(Runnable::run);
  }

  /** Lets time pass in steps of 10 ms, every question answered at once. */
  private void pass(Names of, Duration time) {
    long endNs = nowNs + time.toNanos();
    while (nowNs < endNs) {
      nowNs += SECOND_NS / 100;
      of.step();
      answerAll();
    }
  }

  private static List<InetAddress> addresses(String... literals) {
    return Arrays.stream(literals).map(InetAddress::ofLiteral).toList();
  }

  private NameCounters counters(String name) {
    NameCounters counters = names.counters().get(name);
    assertThat(counters).as("counters of %s", name).isNotNull();
    return counters;
  }

  @Test
  void nameIsAskedForOnceHoweverManyAskAndUse() {
    lookup.answer("a", "127.0.0.1");
    CompletableFuture<Answer> first = names.ask("a");
    CompletableFuture<Answer> second = names.ask("a");
    assertThat(waiting).hasSize(1);
    answerAll();
    assertThat(first).isCompletedWithValue(new Answer(addresses("127.0.0.1"), null));
    assertThat(second).isCompleted();
    assertThat(lookup.asked()).containsExactly("a");
  }

  @Test
  void refreshKeepsWithinItsJitterAndIsNotRegular() {
    lookup.answer("a", "127.0.0.1");
    names.use(Map.of("a", REFRESH));
    List<Long> gapsMs = new ArrayList<>();
    long lastNs = 0;
    for (int questions = 0; questions < 50; ) {
      nowNs += SECOND_NS / 100;
      names.step();
      if (!waiting.isEmpty()) {
        answerAll();
        if (questions++ > 0) {
          gapsMs.add((nowNs - lastNs) / 1_000_000);
        }
        lastNs = nowNs;
      }
    }
    assertThat(gapsMs).allSatisfy(gap -> assertThat(gap).isBetween(27_000L, 33_010L));
    assertThat(gapsMs.stream().distinct().count()).isGreaterThan(40);
    assertThat(counters("a").successes()).isEqualTo(50);
    assertThat(counters("a").changes()).isZero();
  }

  @Test
  void onlyAnotherSetOfAddressesIsHeardOf() {
    lookup.answer("a", "127.0.0.1", "127.0.0.2");
    names.use(Map.of("a", REFRESH));
    pass(names, Duration.ofSeconds(2));
    assertThat(heard).containsExactly("a"); // from nothing to something
    lookup.answer("a", "127.0.0.2", "127.0.0.1", "127.0.0.2");
    pass(names, Duration.ofSeconds(34));
    assertThat(heard).hasSize(1);
    lookup.answer("a", "127.0.0.3");
    pass(names, Duration.ofSeconds(34));
    assertThat(heard).hasSize(2);
    assertThat(names.answer("a").addresses()).isEqualTo(addresses("127.0.0.3"));
    assertThat(counters("a").changes()).isEqualTo(1);
    assertThat(counters("a").addresses()).isEqualTo(1);
  }

  @Test
  void failureLeavesTheLastGoodAddressesAndIsRetriedSooner() {
    lookup.answer("a", "127.0.0.1");
    names.use(Map.of("a", REFRESH));
    pass(names, Duration.ofSeconds(2));
    long goodMs = counters("a").lastSuccessMs();
    lookup.answer("a");
    pass(names, Duration.ofSeconds(34));
    assertThat(names.answer("a").addresses()).isEqualTo(addresses("127.0.0.1"));
    assertThat(names.answer("a").failure()).contains("no such name");
    assertThat(counters("a").failures()).isPositive();
    assertThat(counters("a").lastSuccessMs()).isEqualTo(goodMs);
    // 1, 2, 4, 8, 16 s, then every 30 s.
    long before = counters("a").failures();
    pass(names, Duration.ofMinutes(5));
    assertThat(counters("a").failures() - before).isBetween(10L, 15L);
    lookup.answer("a", "127.0.0.1");
    pass(names, Duration.ofSeconds(34));
    assertThat(names.answer("a").failure()).isNull();
    assertThat(heard).hasSize(1); // the same address as before
  }

  @Test
  void answerThatDoesNotComeIsAFailureAndNothingElseIsAskedMeanwhile() {
    lookup.answer("a", "127.0.0.1");
    names.use(Map.of("a", REFRESH));
    CompletableFuture<Answer> answer = names.ask("a");
    nowNs += 5 * SECOND_NS - 1;
    names.step();
    assertThat(answer).isNotDone();
    nowNs += 1;
    names.step();
    assertThat(answer.join().failure()).isEqualTo("no answer within 5000 ms");
    nowNs += 100 * SECOND_NS;
    names.step();
    assertThat(waiting).hasSize(1);
    assertThat(names.ask("a")).isCompleted();
    assertThat(counters("a").failures()).isEqualTo(1);
  }

  @Test
  void answerThatComesTooLateCountsAllTheSame() {
    names.use(Map.of("a", REFRESH));
    var _ = names.ask("a");
    Runnable slow = waiting.removeFirst();
    lookup.whileAsked(
        () -> {
          nowNs += 6 * SECOND_NS;
          names.step();
          lookup.answer("a", "127.0.0.1");
        });
    slow.run();
    assertThat(counters("a").failures()).isEqualTo(1);
    assertThat(names.answer("a")).isEqualTo(new Answer(addresses("127.0.0.1"), null));
    assertThat(heard).containsExactly("a");
  }

  @Test
  void namesThatAreNeverAnsweredLeaveThreadsToTheOthers() {
    List<String> stuck = IntStream.range(0, 100).mapToObj(number -> "stuck" + number).toList();
    names.use(all(stuck));
    for (String name : stuck) {
      var _ = names.ask(name);
    }
    nowNs += 5 * SECOND_NS;
    names.step(); // all of them are late
    answerAll(); // and have waited for a thread in vain
    for (int second = 0; second < 60; second++) {
      nowNs += SECOND_NS;
      names.step(); // what is asked now, a thread waits for
    }
    assertThat(waiting).hasSize(Names.MOST_SLOW);
    lookup.answer("a", "127.0.0.1");
    assertThat(names.ask("a")).isNotDone();
    assertThat(waiting).hasSize(Names.MOST_SLOW + 1);
    waiting.removeLast().run();
    assertThat(names.answer("a").isUsable()).isTrue();
  }

  private static Map<String, Duration> all(List<String> list) {
    Map<String, Duration> uses = new HashMap<>();
    list.forEach(name -> uses.put(name, REFRESH));
    return uses;
  }

  @Test
  void onlyAddressesOfTheFamilyCount() {
    Names v6 = names(settings(0, AddressFamily.IPV6));
    lookup.answer("a", "127.0.0.1", "::1");
    lookup.answer("b", "127.0.0.1");
    CompletableFuture<Answer> a = v6.ask("a");
    CompletableFuture<Answer> b = v6.ask("b");
    answerAll();
    assertThat(a.join().addresses()).isEqualTo(addresses("::1"));
    assertThat(b.join().failure()).isEqualTo("it has no address of the family ipv6");
  }

  @Test
  void nameThatNoTargetUsesIsNotAskedForAgainAndForgotten() {
    lookup.answer("a", "127.0.0.1");
    names.use(Map.of("a", REFRESH));
    pass(names, Duration.ofSeconds(2));
    names.use(Map.of());
    pass(names, Duration.ofSeconds(50));
    assertThat(lookup.asked()).hasSize(1);
    assertThat(names.answer("a").isUsable()).isTrue();
    assertThat(names.counters()).isEmpty();
    pass(names, Duration.ofSeconds(20));
    assertThat(names.answer("a")).isEqualTo(Answer.NOTHING);
  }

  @Test
  void whoeverAsksAgainHearsOfTheSameAnswerToo() {
    lookup.answer("a", "127.0.0.1");
    names.use(Map.of("a", REFRESH));
    pass(names, Duration.ofSeconds(2));
    names.hearAgain("a");
    pass(names, Duration.ofSeconds(100));
    assertThat(heard).containsExactly("a", "a");
  }
}
