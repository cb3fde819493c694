package io.millrace.names;

import io.millrace.config.NameSettings;
import io.millrace.counters.NameCounters;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The names that targets have, and when to ask for each. A name is asked for once, however many
 * targets use it, and by one question at a time; the last good answer stays until there is another.
 * Questions go to threads of others, so nothing here blocks, however slow an answer is. Somebody
 * calls {@link #step} again and again ({@link NamesThread}). Any thread.
 */
public final class Names {
  private static final Logger LOG = LoggerFactory.getLogger(Names.class);

  /**
   * Questions that may be under way for names that were not answered in time before: half of the
   * threads, so that a server that never answers leaves the others to the other names.
   */
  static final int MOST_SLOW = NamesThread.MOST_LOOKUPS / 2;

  private static final long FIRST_RETRY_NS = 1_000_000_000L;
  private static final int MOST_DOUBLINGS = 20;

  /** A name that no target uses is kept so long, for a change that has asked and not yet begun. */
  private static final long KEPT_NS = 60_000_000_000L;

  /** {@link #step} ends questions in time; more than this behind it there is nobody to wait for. */
  private static final Duration SLACK = Duration.ofSeconds(1);

  private static final long LONGEST_STEP_NS = 1_000_000_000L;

  private final NameLookup lookup;
  private final Executor threads;
  private final LongSupplier clockNs;
  private final LongSupplier epochMs;
  private final RandomGenerator random;
  private final Map<String, Name> names = new TreeMap<>();
  private NameSettings settings;
  private int slowUnderWay;
  private Consumer<String> listener = _ -> {};
  private Runnable waker = () -> {};

  /**
   * Knows no name.
   *
   * @param threads run one question each
   * @param clockNs the clock of {@link System#nanoTime}
   * @param epochMs milliseconds since the epoch
   * @param random moves the times of questions
   */
  public Names(
      NameLookup lookup,
      Executor threads,
      LongSupplier clockNs,
      LongSupplier epochMs,
      RandomGenerator random,
      NameSettings settings) {
    this.lookup = lookup;
    this.threads = threads;
    this.clockNs = clockNs;
    this.epochMs = epochMs;
    this.random = random;
    this.settings = settings;
  }

  /**
   * Who hears of each name whose good answer has changed. It is called by the threads of questions
   * and must not block.
   */
  public synchronized void listener(Consumer<String> hears) {
    listener = hears;
  }

  /** What to call when {@link #step} has something to do earlier than it said. */
  synchronized void waker(Runnable wakes) {
    waker = wakes;
  }

  /** From here on these count. */
  public synchronized void settings(NameSettings now) {
    boolean sameFamily = now.family() == settings.family();
    settings = now;
    if (!sameFamily) {
      long nowNs = clockNs.getAsLong();
      names.values().forEach(name -> name.dueNs = nowNs);
    }
  }

  /** What is known of a name now. */
  public synchronized Answer answer(String name) {
    Name known = names.get(name);
    return known == null ? Answer.NOTHING : known.answer;
  }

  /** Wants to hear of the next good answer for this name, even if nothing has changed. */
  public synchronized void hearAgain(String name) {
    Name known = names.get(name);
    if (known != null) {
      known.again = true;
    }
  }

  /** The counters of each name that targets use, in the order of the names. */
  public synchronized Map<String, NameCounters> counters() {
    Map<String, NameCounters> counters = new TreeMap<>();
    names.values().stream()
        .filter(Name::isUsed)
        .forEach(name -> counters.put(name.text, name.counters));
    return counters;
  }

  /**
   * Asks for those of these names of which no address is known, and waits for the answers; no
   * longer than the timeout for each.
   */
  public void askAndWait(Collection<String> wanted) {
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    long patienceMs;
    synchronized (this) {
      patienceMs = settings.timeout().plus(SLACK).toMillis();
      for (String name : new HashSet<>(wanted)) {
        if (!answer(name).isUsable()) {
          answers.add(ask(name));
        }
      }
    }
    try {
      CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
          .get(patienceMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException late) {
      LOG.warn("names: not all questions have ended in time", late); // what is known counts
    }
  }

  /** Asks for a name now, or joins in the question that is under way. */
  public CompletableFuture<Answer> ask(String name) {
    CompletableFuture<Answer> result;
    Runnable wake;
    synchronized (this) {
      long nowNs = clockNs.getAsLong();
      Name asked = names.computeIfAbsent(name, text -> new Name(text, nowNs));
      Name.Question question = asked.question;
      if (question != null && question.late) {
        return CompletableFuture.completedFuture(asked.answer);
      }
      result = (question == null ? begin(asked, nowNs) : question).result;
      wake = waker;
    }
    wake.run();
    return result;
  }

  /**
   * These names are used by targets, and no others.
   *
   * @param refresh how often each is to be asked for
   */
  public void use(Map<String, Duration> refresh) {
    Runnable wake;
    synchronized (this) {
      long nowNs = clockNs.getAsLong();
      for (Name name : names.values()) {
        if (name.isUsed() && !refresh.containsKey(name.text)) {
          name.refreshNs = Name.UNUSED;
          name.unusedSinceNs = nowNs;
        }
      }
      refresh.forEach(
          (text, interval) -> {
            Name name = names.computeIfAbsent(text, unknown -> new Name(unknown, nowNs));
            long refreshNs = interval.toNanos();
            if (name.refreshNs != refreshNs) {
              name.refreshNs = refreshNs;
              schedule(name, nowNs);
            }
          });
      wake = names.isEmpty() ? () -> {} : waker;
    }
    wake.run();
  }

  /**
   * Begins the questions that are due, and gives up waiting for answers that are late.
   *
   * @return nanoseconds until there is something to do again
   */
  public synchronized long step() {
    long nowNs = clockNs.getAsLong();
    names.values().removeIf(name -> isForgotten(name, nowNs));
    long waitNs = LONGEST_STEP_NS;
    for (Name name : names.values()) {
      Name.Question question = name.question;
      if (question != null && !question.late) {
        if (nowNs - question.deadlineNs >= 0) {
          question.late = true;
          name.slow = true;
          fail(name, "no answer within " + settings.timeout().toMillis() + " ms", nowNs);
          question.result.complete(name.answer);
        } else {
          waitNs = Math.min(waitNs, question.deadlineNs - nowNs);
        }
      }
      if (name.isUsed() && name.question == null) {
        if (nowNs - name.dueNs >= 0 && !(name.slow && slowUnderWay >= MOST_SLOW)) {
          Name.Question begun = begin(name, nowNs);
          waitNs = Math.min(waitNs, begun.deadlineNs - nowNs);
        } else {
          waitNs = Math.min(waitNs, Math.max(0, name.dueNs - nowNs));
        }
      }
    }
    return waitNs;
  }

  private static boolean isForgotten(Name name, long nowNs) {
    return !name.isUsed() && name.question == null && nowNs - name.unusedSinceNs >= KEPT_NS;
  }

  private Name.Question begin(Name name, long nowNs) {
    Name.Question question = new Name.Question(nowNs + settings.timeout().toNanos(), name.slow);
    name.question = question;
    slowUnderWay += question.ofSlow ? 1 : 0;
    threads.execute(() -> lookUp(name, question));
    return question;
  }

  /** On a thread of its own. */
  private void lookUp(Name name, Name.Question question) {
    synchronized (this) {
      if (question.late) { // it has waited for a thread all the time
        end(name, question);
        return;
      }
    }
    List<InetAddress> found = List.of();
    String failure = null;
    try {
      found = lookup.addresses(name.text);
    } catch (UnknownHostException unknown) {
      failure = SystemLookup.UNKNOWN;
    } catch (RuntimeException broken) {
      LOG.error("name {}: the resolver broke", name.text, broken);
      failure = broken.toString();
    }
    answered(name, question, found, failure);
  }

  private void answered(
      Name name, Name.Question question, List<InetAddress> found, @Nullable String failure) {
    Consumer<String> hears;
    Runnable wake;
    boolean worthHearing = false;
    synchronized (this) {
      long nowNs = clockNs.getAsLong();
      end(name, question);
      List<InetAddress> usable = found.stream().distinct().filter(this::counts).toList();
      if (!usable.isEmpty()) {
        // One that comes late is a good one all the same.
        worthHearing = succeed(name, usable, nowNs);
      } else if (!question.late) {
        fail(
            name,
            failure == null
                ? "it has no address of the family %s"
                    .formatted(settings.family().name().toLowerCase(Locale.ROOT))
                : failure,
            nowNs);
      }
      name.slow = question.late;
      hears = listener;
      wake = waker;
    }
    wake.run(); // it may be due again before the next step
    question.result.complete(answer(name.text));
    if (worthHearing) {
      hears.accept(name.text);
    }
  }

  private void end(Name name, Name.Question question) {
    name.question = null;
    slowUnderWay -= question.ofSlow ? 1 : 0;
  }

  private boolean counts(InetAddress address) {
    return switch (settings.family()) {
      case AUTO -> true;
      case IPV4 -> address instanceof Inet4Address;
      case IPV6 -> address instanceof Inet6Address;
    };
  }

  /** Returns whether whoever listens is to hear of it. */
  private boolean succeed(Name name, List<InetAddress> addresses, long nowNs) {
    List<InetAddress> before = name.answer.addresses();
    boolean changed = !new HashSet<>(before).equals(new HashSet<>(addresses));
    if (changed && !before.isEmpty()) {
      LOG.info("name {}: {} (was {})", name.text, text(addresses), text(before));
      name.counters.changed();
    } else if (name.failures > 0 && name.isUsed()) {
      LOG.info("name {}: resolved again: {}", name.text, text(addresses));
    }
    name.counters.succeeded(addresses.size(), epochMs.getAsLong());
    name.answer = new Answer(addresses, null);
    name.failures = 0;
    schedule(name, nowNs);
    boolean heard = changed || name.again;
    name.again = false;
    return heard;
  }

  private void fail(Name name, String why, long nowNs) {
    name.counters.failed();
    if (name.failures == 0 && name.isUsed()) {
      List<InetAddress> before = name.answer.addresses();
      LOG.warn(
          "name {}: can't be resolved ({}); {}",
          name.text,
          why,
          before.isEmpty() ? "its targets wait" : text(before) + " stays");
    }
    name.failures++;
    name.answer = new Answer(name.answer.addresses(), why);
    schedule(name, nowNs);
  }

  private void schedule(Name name, long nowNs) {
    double moved = 1 + settings.jitter() * (2 * random.nextDouble() - 1);
    long intervalNs = name.refreshNs;
    if (!name.answer.isUsable() || name.failures > 0) {
      int doublings = Math.clamp(name.failures - 1L, 0, MOST_DOUBLINGS);
      intervalNs = Math.min(intervalNs, FIRST_RETRY_NS << doublings);
    }
    name.dueNs = nowNs + (long) (intervalNs * moved);
  }

  private static String text(List<InetAddress> addresses) {
    return String.join(", ", addresses.stream().map(InetAddress::getHostAddress).toList());
  }
}
