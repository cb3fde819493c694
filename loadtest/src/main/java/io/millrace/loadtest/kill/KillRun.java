package io.millrace.loadtest.kill;

import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.ProcFiles;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Starts the daemon, kills it, starts it again at once, and so on; each restart must run, answer,
 * send, and be alone with its sockets. At the end nothing may be left. Owned by one thread.
 */
public final class KillRun {
  private static final Duration BUILD_AND_START = Duration.ofMinutes(2);
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration END = Duration.ofSeconds(30);
  private static final int EXIT_BY_SIGKILL = 128 + 9;
  private static final int EXIT_REFUSED = 3;
  private static final long LOOK_AGAIN_MS = 5;
  private static final String WAITS = "waiting for up to";

  private final KillLab lab;
  private final KillSettings settings;
  private final KillReport report;
  private final SplittableRandom random;
  private final Leftovers before;
  private DaemonProcess daemon;
  private double startMs;

  private KillRun(Lab lab, KillSettings settings) {
    this.lab = new KillLab(lab);
    this.settings = settings;
    report = new KillReport(settings);
    random = new SplittableRandom(settings.seed());
    expectTheLimit();
    before = Leftovers.now(this.lab.near(), this.lab.folder());
    daemon = this.lab.start();
  }

  /**
   * Runs it.
   *
   * @throws HarnessException if the daemon doesn't start, or this machine lacks something
   */
  public static KillReport run(Lab lab, KillSettings settings) {
    lab.prepareDaemon();
    KillRun run = new KillRun(lab, settings);
    return run.run();
  }

  private KillReport run() {
    awaitWork(System.nanoTime(), BUILD_AND_START);
    startMs = report.lastStartMs();
    kill();
    restart();
    while (report.kills() < settings.kills()) {
      killAtSomeMoment();
      if (report.kills() % 20 == 0) {
        System.err.printf("kill: %d of %d%n", report.kills(), settings.kills());
      }
    }
    for (int number = 0; number < settings.handOvers(); number++) {
      handOver();
    }
    daemon.process().terminate();
    report.expect(daemon.process().awaitExit(END) == 0, "SIGTERM at the end: not exit code 0");
    report.left(awaitNothing());
    return report;
  }

  /** A daemon that needs more locked memory than it may have is refused: the limit counts here. */
  private void expectTheLimit() {
    ManagedProcess refused = lab.startWithTooLittle().process();
    int exit = refused.awaitExit(BUILD_AND_START);
    if (exit != EXIT_REFUSED || !refused.tail(20).contains("RLIMIT_MEMLOCK")) {
      throw new HarnessException(
          "with half of the locked memory it needs: exit " + exit + ": " + refused.tail(10));
    }
  }

  private void killAtSomeMoment() {
    Moment moment = Moment.drawn(random.nextInt(Integer.MAX_VALUE));
    double mostMs = moment == Moment.STARTING ? startMs : moment.mostMs;
    long waitMs = (long) (random.nextDouble() * mostMs);
    switch (moment) {
      case LOADED -> pause(waitMs);
      case RELOADING -> {
        lab.change(1 + random.nextInt(100));
        lab.requestReload();
        pause(waitMs);
      }
      case STOPPING -> {
        daemon.process().terminate();
        pause(waitMs);
      }
      case STARTING -> {
        kill();
        report.killed(Moment.LOADED);
        daemon = lab.start();
        pause(waitMs);
      }
    }
    if (kill()) {
      report.killed(moment);
    }
    restart();
  }

  /** Whether it was this that ended it. */
  private boolean kill() {
    ManagedProcess process = daemon.process();
    process.kill();
    int exit = process.awaitExit(END);
    report.lines(process.lines());
    return exit == EXIT_BY_SIGKILL;
  }

  private void restart() {
    long beganNs = System.nanoTime();
    daemon = lab.start();
    awaitWork(beganNs, settings.restartLimit());
    ProcFiles own = new ProcFiles(daemon.process().pid());
    boolean alone = holds(SOON, () -> lab.near().socketsBut(own).isEmpty());
    report.expect(alone, "sockets of a killed daemon are left: " + lab.near().socketsBut(own));
  }

  /** A new one begins while the old one has the memory; then that one is killed. */
  private void handOver() {
    DaemonProcess old = daemon;
    long beganNs = System.nanoTime();
    daemon = lab.start();
    daemon.process().awaitLines(line -> line.contains(WAITS), 1, settings.restartLimit());
    old.process().kill();
    old.process().awaitExit(END);
    awaitWork(beganNs, settings.restartLimit().plus(SOON));
    report.handedOver();
  }

  /** Until it runs, says that it is ready, and its datagrams arrive. */
  private void awaitWork(long beganNs, Duration limit) {
    long arrived = lab.arrivals();
    daemon.process().awaitLines(line -> line.contains("running: "), 1, limit);
    double ms = (System.nanoTime() - beganNs) / 1e6;
    boolean arrives = holds(SOON, () -> lab.arrivals() > arrived);
    double firstMs = (System.nanoTime() - beganNs) / 1e6;
    report.expect(arrives, "a restarted daemon sends nothing");
    report.expect(lab.admin().get("/-/ready").isOk(), "a restarted daemon is not ready");
    report.started(ms, firstMs);
  }

  /** What is there that wasn't before, and stays. */
  private List<String> awaitNothing() {
    holds(SOON, () -> left().isEmpty());
    return left();
  }

  private List<String> left() {
    return Leftovers.now(lab.near(), lab.folder()).since(before);
  }

  private static boolean holds(Duration patience, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadlineNs >= 0) {
        return false;
      }
      pause(LOOK_AGAIN_MS);
    }
    return true;
  }

  private static void pause(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new HarnessException("interrupted", interrupted);
    }
  }
}
