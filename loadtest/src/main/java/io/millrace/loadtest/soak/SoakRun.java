package io.millrace.loadtest.soak;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.Metrics;
import io.millrace.loadtest.harness.NamespaceHttp;
import io.millrace.loadtest.harness.NamespaceHttp.Answer;
import io.millrace.loadtest.harness.ProcFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Does to a daemon what the plan says, looks at it once a second, puts everything right again, and
 * then compares: nothing may have been lost, leaked, or left half done. Owned by one thread.
 */
public final class SoakRun {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration SETTLED = Duration.ofSeconds(15);
  private static final Duration END = Duration.ofSeconds(30);
  private static final long LOOK_AGAIN_MS = 20;

  private final SoakLab lab;
  private final SoakSettings settings;
  private final SoakPlan plan;
  private final SoakReport report;
  private final ManagedProcess process;
  private final ProcFiles files;
  private final NamespaceHttp admin;
  private final String usualStreams;
  private long beganNs;
  private long nextLookNs;

  private SoakRun(Lab lab, SoakSettings settings) {
    this.lab = new SoakLab(lab);
    this.settings = settings;
    report = new SoakReport(settings);
    plan = new SoakPlan(settings.seed(), SoakLab.untouched(), this.lab.usual());
    usualStreams = plan.text();
    process = this.lab.start(usualStreams);
    files = new ProcFiles(process.pid());
    admin = this.lab.admin();
  }

  /**
   * Runs it.
   *
   * @throws HarnessException if something can't be done at all
   */
  public static SoakReport run(Lab lab, SoakSettings settings) {
    lab.prepareDaemon();
    return new SoakRun(lab, settings).run();
  }

  private SoakReport run() {
    warmUp();
    List<String> opened = files.links();
    report.start(opened.size(), files.status("Threads"));
    beganNs = System.nanoTime();
    nextLookNs = beganNs;
    long halfNs = settings.length().toNanos() / 2;
    boolean secondHalf = false;
    while (elapsedNs() < settings.length().toNanos()) {
      if (!secondHalf && elapsedNs() > halfNs) {
        secondHalf = true;
        report.heapAtHalf(heapAfterCollection());
      }
      Step step = plan.next();
      if (settings.verbose()) {
        System.err.printf("soak: %7.2f s %s%n", elapsedNs() / 1e9, step);
      }
      carryOut(step);
      report.done(step.action());
      await(step.waitMs());
    }
    report.heapAtEnd(heapAfterCollection());
    putRight(opened);
    expectQuiet();
    stop();
    return report;
  }

  private long elapsedNs() {
    return System.nanoTime() - beganNs;
  }

  /** What is opened at its first use, and stays, is there before descriptors are counted. */
  private void warmUp() {
    admin.get("/metrics");
    // It makes the JVM open what its virtual threads wait for sockets with.
    admin.getSlowly("/api/v1/status", 0.3);
    heapAfterCollection();
    lab.write(usualStreams);
    expectDone("the first reload", admin.post("/-/reload", ""));
    expectDone("a pause", admin.post("/api/v1/streams/file/pause", ""));
    expectDone("a resumption", admin.post("/api/v1/streams/file/resume", ""));
    pause(1000);
  }

  private void carryOut(Step step) {
    String argument = step.argument();
    switch (step.action()) {
      case ADD_STREAM, CHANGE_STREAM, REMOVE_STREAM -> {
        lab.write(step.body());
        expectDone(step.toString(), admin.post("/-/reload", ""));
      }
      case HANG_UP -> {
        lab.write(step.body());
        process.signal("HUP");
        // A signal has no answer; the reload behind it waits for its turn, and changes nothing.
        expectDone(step.toString(), admin.post("/-/reload", ""));
      }
      case BAD_FILE -> {
        lab.write(step.body());
        Answer answer = admin.post("/-/reload", "");
        report.expect(
            answer.status() == 422 && answer.body().contains("soak.conf:"),
            "a file with an error was not refused by its line: " + answer);
        lab.write(plan.text());
      }
      case PAUSE, RESUME, RATE, ADD_TARGET, REMOVE_TARGET ->
          expectDone(step.toString(), admin.post("/api/v1/streams/" + argument, step.body()));
      case KILL_RECEIVER -> lab.killReceiver();
      case START_RECEIVER -> lab.startReceiver();
      case DROP_RULE -> lab.filter(argument, "drop");
      case REJECT_RULE -> lab.filter(argument, "reject");
      case NO_RULES -> lab.unfilter();
      case LINK_DOWN -> lab.link(false);
      case LINK_UP -> lab.link(true);
      case MTU -> lab.mtu(argument);
      case FREEZE -> {
        process.signal("STOP");
        pause(Long.parseLong(argument));
        process.signal("CONT");
      }
    }
  }

  private void expectDone(String what, Answer answer) {
    report.expect(answer.isOk(), "%s: answered %s".formatted(what, answer));
  }

  /** The time until the next step, with a look at the daemon once a second. */
  private void await(long ms) {
    long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    if (System.nanoTime() - nextLookNs >= 0) {
      nextLookNs = System.nanoTime() + SECOND_NS;
      look();
    }
    long leftNs = endNs - System.nanoTime();
    if (leftNs > 0) {
      pause(TimeUnit.NANOSECONDS.toMillis(leftNs));
    }
  }

  private void look() {
    report.expect(process.isAlive(), "the daemon has ended: " + process.tail(10));
    if (!process.isAlive()) {
      throw new HarnessException("the daemon has ended:\n  " + process.tail(20));
    }
    report.look(
        elapsedNs() / 1e9,
        files.status("VmRSS") << 10,
        files.descriptors(),
        files.status("Threads"),
        admin.get("/api/v1/rings").json());
    report.lines(process.lines());
    report.healthy(admin.get("/-/healthy").isOk());
  }

  private double heapAfterCollection() {
    String java = System.getProperty("java.home");
    ManagedProcess.run(List.of(java + "/bin/jcmd", String.valueOf(process.pid()), "GC.run"));
    return Metrics.of(admin.get("/metrics").body()).sum("jvm_memory_used_bytes", "area=\"heap\"");
  }

  private void putRight(List<String> opened) {
    lab.link(true);
    lab.mtu(String.valueOf(SoakPlan.USUAL_MTU));
    lab.unfilter();
    lab.startReceiver();
    lab.write(usualStreams);
    expectDone("the last reload", admin.post("/-/reload", ""));
    holds(() -> files.descriptors() <= report.descriptorsAtStart());
    if (files.descriptors() > report.descriptorsAtStart()) {
      report.problem(
          "descriptors that were not there at the start: " + newIn(files.links(), opened));
    }
    report.end(files.descriptors(), files.status("Threads"), files.status("VmRSS") << 10);
    report.expect(holds(() -> admin.get("/-/healthy").isOk()), "/-/healthy is not 200 at the end");
  }

  /** Sockets have other numbers each time: as many of a kind are the same. */
  private static List<String> newIn(List<String> now, List<String> before) {
    List<String> kinds = new ArrayList<>();
    now.forEach(link -> kinds.add(kind(link)));
    before.forEach(link -> kinds.remove(kind(link)));
    return kinds;
  }

  private static String kind(String link) {
    return link.startsWith("/") ? link : link.replaceAll("\\d+", "");
  }

  /** With every stream paused, nothing is in flight, and the books close. */
  private void expectQuiet() {
    for (JsonNode stream : admin.get("/api/v1/streams").json()) {
      String name = stream.path("stream").asText();
      expectDone("the last pause", admin.post("/api/v1/streams/" + name + "/pause", ""));
    }
    boolean quiet = holds(() -> SoakBooks.inFlight(admin.get("/api/v1/rings").json()) == 0);
    JsonNode status = admin.get("/api/v1/status").json();
    report.expect(quiet, "requests are in flight with all streams paused: " + status.path("rings"));
    SoakBooks.problems(status).forEach(report::problem);
  }

  private void stop() {
    report.lines(process.lines());
    process.terminate();
    DaemonSummary summary = lab.daemon().finish(END);
    report.lines(process.lines());
    SoakBooks.problems(summary.json()).forEach(report::problem);
    SoakBooks.slotsAreFree(summary).forEach(report::problem);
    report.finish(summary, lab.finishSafe());
  }

  private static boolean holds(BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + SETTLED.toNanos();
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
