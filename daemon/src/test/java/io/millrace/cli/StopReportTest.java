package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.DropReason;
import io.millrace.counters.SourceCounters;
import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.metrics.EngineView;
import io.millrace.metrics.EngineView.PartView;
import io.millrace.metrics.EngineView.SourceView;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What the stop of a daemon says that it has lost. */
final class StopReportTest {
  private final TargetCounters near = new TargetCounters();
  private final TargetCounters far = new TargetCounters();
  private final SourceCounters read = new SourceCounters();
  private final StreamCounters counters = new StreamCounters();
  private final List<StreamView> streams = new ArrayList<>(List.of(stream(near, far)));
  private final EngineView view =
      new EngineView("", "", "", "none", "uring", "", List.of(), streams);

  private StreamView stream(TargetCounters one, TargetCounters two) {
    return new StreamView(
        "news",
        List.of(new PartView(0, new SourceView(read, () -> 0), counters)),
        "pipe",
        OptionalLong.empty(),
        List.of(
            new TargetView("near:1", one, counters, 0), new TargetView("far:2", two, counters, 0)),
        "unlimited",
        List.of(),
        List.of());
  }

  @Test
  void aStopWithoutLossSaysSo() {
    near.dropped(DropReason.ECONNREFUSED, 7); // earlier
    StopReport report = StopReport.begin(view, 1_000_000);
    report.end(view, 13_000_000);
    assertThat(report.isAnythingLost()).isFalse();
    assertThat(report.lines()).containsExactly("stopped after 12 ms; nothing was dropped");
    assertThat(report.json().get("dropped")).isEmpty();
    assertThat(report.json().get("unsent")).isEmpty();
  }

  @Test
  void whatWasDroppedSinceIsSaidByTargetAndReason() {
    far.dropped(DropReason.ECONNREFUSED, 7);
    StopReport report = StopReport.begin(view, 0);
    far.dropped(DropReason.STOPPED, 3);
    far.dropped(DropReason.ENOBUFS, 2);
    report.end(view, 5_000_000);
    assertThat(report.lines())
        .containsExactly(
            "stopped after 5 ms; dropped at the stop:",
            "stream news to far:2: 2 ENOBUFS, 3 stopped");
    assertThat(report.json().at("/dropped/0/stopped").asLong()).isEqualTo(3);
    assertThat(report.json().at("/dropped/0/target").asText()).isEqualTo("far:2");
    assertThat(report.json().at("/dropped/0/ECONNREFUSED").isMissingNode()).isTrue();
  }

  @Test
  void whatWasReadAheadAndNotSentIsSaid() {
    read.handedOver(10, 1000);
    counters.offered(4);
    StopReport report = StopReport.begin(view, 0);
    report.end(view, 0);
    assertThat(report.lines()).contains("stream news: 6 datagrams were read and not sent");
    assertThat(report.json().at("/unsent/0/datagrams").asLong()).isEqualTo(6);
  }

  @Test
  void aTargetThatIsRemovedMeanwhileIsCountedOnce() {
    far.dropped(DropReason.STOPPED, 1);
    StopReport report = StopReport.begin(view, 0);
    far.dropped(DropReason.STOPPED, 4);
    view.removed().removing(streams.removeFirst());
    report.end(view, 0);
    assertThat(report.lines()).contains("stream news to far:2: 4 stopped");
  }

  @Test
  void theLogHasNoMoreThanSomeLines() {
    StopReport report = StopReport.begin(view, 0);
    for (int stream = 0; stream < 100; stream++) {
      TargetCounters lost = new TargetCounters();
      lost.dropped(DropReason.STOPPED, 1);
      streams.add(
          new StreamView(
              "s" + stream,
              0,
              "generator",
              counters,
              OptionalLong.empty(),
              List.of(new TargetView("t", lost, counters, 0))));
    }
    report.end(view, 0);
    assertThat(report.lines()).hasSize(21).last().asString().startsWith("81 lines more");
    assertThat(report.json().get("dropped")).hasSize(100);
  }
}
