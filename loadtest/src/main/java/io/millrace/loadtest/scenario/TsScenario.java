package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.harness.ReceiverProcess;
import io.millrace.loadtest.receiver.Arrival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A transport stream made by ffmpeg arrives as the file that it is, at the times that its clock
 * says; and ffmpeg plays it over the seam of a loop, with RTP headers, as if there were none.
 */
final class TsScenario implements Scenario {
  private static final int PACKETS = 7;
  private static final int PACKET_BYTES = 188;
  private static final double MOST_PCR_ERROR_NS = 1e6;

  private static final double JUDGED = 0.99;

  /** The short form has some hundred intervals, and one stall of the machine spoils two. */
  private static final double QUICK_JUDGED = 0.9;

  private static final long UNITS_PER_SECOND = 90_000;

  /** A picture takes 3,600, a frame of sound 2,160; and one of the two ends before the other. */
  private static final long MOST_STEP = 3 * 3_600;

  /** Frames of a stream that ffmpeg may not have written when it is told to end. */
  private static final int MOST_KEPT_BACK = 10;

  private static final long SETTLE_MS = 500;

  @Override
  public String name() {
    return "ts";
  }

  @Override
  public String description() {
    return "a transport stream arrives whole, by its PCRs within 1 ms (p99); ffmpeg plays its loop"
        + " over RTP";
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    if (!Namespaces.hasTool(Ffmpeg.TOOL)) {
      return Outcome.skipped(
          name(), "no ffmpeg: loadtest/bench --install, or apt-get install -y ffmpeg");
    }
    int seconds = quick ? 3 : 20;
    Path file = lab.folder().resolve("made.ts");
    Ffmpeg.generate(file, seconds);
    lab.prepareDaemon();
    try (RingCpu ringCpu = RingCpu.clear()) {
      Outcome outcome = once(lab, file, quick, ringCpu);
      loop(lab, file, seconds, ringCpu, outcome);
      return outcome;
    }
  }

  private Outcome once(Lab lab, Path file, boolean quick, RingCpu ringCpu) {
    Path copy = lab.folder().resolve("received.ts");
    Path times = lab.folder().resolve("received.times");
    long datagrams = Math.ceilDiv(size(file), (long) PACKETS * PACKET_BYTES);
    List<Ffmpeg.Frame> wanted = Ffmpeg.read(lab, "made", file.toString()).awaitEnd();
    int port = Ffmpeg.freePort();
    try (Ffmpeg viewer = Ffmpeg.read(lab, "once", "udp://127.0.0.1:" + port);
        ReceiverProcess receiver =
            Steps.receiver(
                lab,
                "ts",
                1,
                datagrams,
                List.of(
                    "--sequenced",
                    "no",
                    "--write",
                    copy.toString(),
                    "--write-times",
                    times.toString()))) {
      String configuration =
          Configuration.rings(1).stream(
                  "tv",
                  "type = ts, path = \"%s\"".formatted(file),
                  "= source",
                  List.of(receiver.addresses().getFirst(), "127.0.0.1:" + port))
              .text();
      WatchedRun run = WatchedRun.of(lab, "ts", ringCpu.daemonPrefix(), configuration);
      JsonNode received = receiver.finish(Steps.LAST_ARRIVALS);
      PacedFlow.pause(SETTLE_MS);
      List<Ffmpeg.Frame> seen = viewer.finish();
      Outcome outcome = Outcome.of(name(), run.summary(), List.of(received));
      TransportStream stream = TransportStream.read(copy);
      long errors = stream.continuityErrors();
      judgeClock(stream.pcrErrorsNs(Arrival.read(times)), quick, run, outcome);
      return outcome
          .expect(mismatch(file, copy) < 0, "what was received isn't the file")
          .expect(errors == 0, "%d continuity errors".formatted(errors))
          .expect(viewer.complaints().isEmpty(), "ffmpeg: " + viewer.complaints())
          .expect(
              isAlmostAll(seen, wanted),
              "ffmpeg sees %d frames of the file and %d of the network, or others"
                  .formatted(wanted.size(), seen.size()));
    }
  }

  /** The same frames, but for the last ones: it gives a live stream's only when others follow. */
  private static boolean isAlmostAll(List<Ffmpeg.Frame> seen, List<Ffmpeg.Frame> wanted) {
    for (int stream = 0; stream <= wanted.getLast().stream(); stream++) {
      int number = stream;
      List<Ffmpeg.Frame> of = seen.stream().filter(frame -> frame.stream() == number).toList();
      List<Ffmpeg.Frame> all = wanted.stream().filter(frame -> frame.stream() == number).toList();
      boolean isPrefix = of.size() <= all.size() && all.subList(0, of.size()).equals(of);
      if (!isPrefix || of.size() < all.size() - MOST_KEPT_BACK) {
        return false;
      }
    }
    return true;
  }

  private static void judgeClock(
      List<Double> errorsNs, boolean quick, WatchedRun run, Outcome outcome) {
    List<Double> sorted = errorsNs.stream().sorted().toList();
    if (sorted.isEmpty()) {
      outcome.expect(false, "no PCRs were received");
      return;
    }
    double p99 = quantile(sorted, 0.99);
    double judged = quick ? QUICK_JUDGED : JUDGED;
    double error = quantile(sorted, judged);
    boolean busy = run.isBusy("ts", "PCR intervals");
    outcome
        .figure("pcr_intervals", sorted.size())
        .figure("pcr_error_p50_seconds", sorted.get(sorted.size() / 2) / 1e9)
        .figure("pcr_error_p99_seconds", p99 / 1e9)
        .figure("pcr_error_max_seconds", sorted.getLast() / 1e9)
        .figure("ring_waited_part", run.waitedPart())
        .expect(
            error < MOST_PCR_ERROR_NS || busy,
            "PCR intervals are off by %.3f ms (p%.0f), 1 allowed"
                .formatted(error / 1e6, 100 * judged));
  }

  private static double quantile(List<Double> sorted, double part) {
    return sorted.get((int) Math.ceil(part * sorted.size()) - 1);
  }

  private void loop(Lab lab, Path file, int seconds, RingCpu ringCpu, Outcome outcome) {
    int port = Ffmpeg.freePort();
    String configuration =
        Configuration.rings(1).stream(
                "tv",
                "type = ts, path = \"%s\", loop = true, rtp = true".formatted(file),
                "{ speed = 2 }",
                List.of("127.0.0.1:" + port))
            .text();
    try (Ffmpeg viewer = Ffmpeg.read(lab, "loop", "rtp://127.0.0.1:" + port);
        DaemonProcess daemon =
            lab.startDaemon("ts-loop", ringCpu.daemonPrefix(), configuration, List.of())) {
      daemon.process().awaitLines(line -> line.contains("running:"), 1, Steps.PATIENCE);
      PacedFlow.pause(seconds * 1_250L); // two passes and a half
      daemon.process().terminate();
      DaemonSummary summary = daemon.finish(Steps.PATIENCE);
      PacedFlow.pause(SETTLE_MS);
      List<Ffmpeg.Frame> frames = viewer.finish();
      judgeLoop(frames, seconds, outcome);
      outcome
          .figure("loop_datagrams", (double) summary.total(DaemonSummary.Flow::datagrams))
          .expect(viewer.complaints().isEmpty(), "ffmpeg at the loop: " + viewer.complaints());
    }
  }

  private static void judgeLoop(List<Ffmpeg.Frame> frames, int seconds, Outcome outcome) {
    long longest = 0;
    long covered = 0;
    for (int index = 1; index < frames.size(); index++) {
      Ffmpeg.Frame before = frames.get(index - 1);
      Ffmpeg.Frame frame = frames.get(index);
      if (frame.stream() == before.stream()) {
        long step = frame.dts() - before.dts();
        outcome.expect(
            step > 0 && step <= MOST_STEP,
            "stream %d goes from %d to %d".formatted(frame.stream(), before.dts(), frame.dts()));
        longest = Math.max(longest, step);
        covered += frame.stream() == 0 ? step : 0;
      }
    }
    outcome
        .figure("loop_longest_step_seconds", (double) longest / UNITS_PER_SECOND)
        .figure("loop_seen_seconds", (double) covered / UNITS_PER_SECOND)
        .expect(
            covered > 2L * seconds * UNITS_PER_SECOND,
            "ffmpeg saw %.1f s of a loop of %d s"
                .formatted((double) covered / UNITS_PER_SECOND, seconds));
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static long mismatch(Path file, Path copy) {
    try {
      return Files.mismatch(file, copy);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
