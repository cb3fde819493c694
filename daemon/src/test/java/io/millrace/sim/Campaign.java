package io.millrace.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Many seeds, on as many threads as there are CPUs; the first failure ends it. */
final class Campaign {
  /**
   * What came of it.
   *
   * @param failures of seeds, with how to run them again; empty: everything held
   */
  record Outcome(long firstSeed, Tally tally, List<String> failures, double seconds) {}

  private final AtomicLong next;
  private final AtomicBoolean over = new AtomicBoolean();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private final long end;
  private final long beganNs = System.nanoTime();
  private final long mostNs;

  private Campaign(long firstSeed, long seeds, long mostNs) {
    next = new AtomicLong(firstSeed);
    end = firstSeed + seeds;
    this.mostNs = mostNs;
  }

  /** Seeds from {@code firstSeed} on, as many as given, and for so long at most. */
  static Outcome run(long firstSeed, long seeds, long mostNs) throws InterruptedException {
    Campaign campaign = new Campaign(firstSeed, seeds, mostNs);
    List<Thread> threads = new ArrayList<>();
    List<Tally> tallies = new ArrayList<>();
    for (int cpu = Runtime.getRuntime().availableProcessors(); cpu > 0; cpu--) {
      Tally tally = new Tally();
      tallies.add(tally);
      threads.add(Thread.ofPlatform().start(() -> campaign.work(tally)));
    }
    Tally total = new Tally();
    for (int thread = 0; thread < threads.size(); thread++) {
      threads.get(thread).join();
      total.add(tallies.get(thread));
    }
    double seconds = (System.nanoTime() - campaign.beganNs) / 1e9;
    return new Outcome(firstSeed, total, List.copyOf(campaign.failures), seconds);
  }

  private void work(Tally tally) {
    while (!over.get() && System.nanoTime() - beganNs < mostNs) {
      long seed = next.getAndIncrement();
      if (seed >= end) {
        return;
      }
      try {
        Simulation.run(seed, tally);
      } catch (AssertionError broken) {
        failures.add(broken.getMessage() + "\nrun it again with: loadtest/simulate --seed " + seed);
        over.set(true);
      }
    }
  }
}
