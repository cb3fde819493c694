package io.millrace.stream.ts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class TsTimelineTest {
  private static final int PID = 0x100;
  private static final long MS = TsPacket.CLOCK_HZ / 1000;

  private static TsTimeline timeline(TsMaker maker) {
    return new TsTimeline(maker.input(), PID, 0);
  }

  private static void assertMs(TsTimeline timeline, long packet, double ms) throws IOException {
    assertThat(timeline.ticks(packet) / (double) MS).as("packet " + packet).isEqualTo(ms);
  }

  @Test
  void packetsAreSpacedEvenlyBetweenTwoPcrs() throws IOException {
    TsMaker maker = new TsMaker().payloads(1, 2);
    maker.pcr(PID, 1000 * MS).payloads(1, 3).pcr(PID, 1020 * MS).payloads(1, 9).pcr(PID, 1030 * MS);
    TsTimeline timeline = timeline(maker.payloads(1, 2));
    assertMs(timeline, 0, 0); // before the first PCR at the rate behind it
    assertMs(timeline, 2, 10);
    assertMs(timeline, 4, 20);
    assertMs(timeline, 6, 30);
    assertMs(timeline, 7, 31);
    assertMs(timeline, 16, 40);
    assertMs(timeline, 18, 42); // behind the last one at the rate before it
    assertThat(timeline.firstPcr()).isEqualTo(990 * MS);
    assertThat(timeline.endPcr(19)).isEqualTo(1033 * MS);
  }

  @Test
  void theClockMayWrap() throws IOException {
    TsMaker maker = new TsMaker().pcr(PID, TsPacket.PCR_WRAP - 10 * MS).payloads(1, 1);
    TsTimeline timeline = timeline(maker.pcr(PID, 10 * MS).payloads(1, 1));
    assertMs(timeline, 1, 10);
    assertMs(timeline, 2, 20);
    assertMs(timeline, 3, 30);
    assertThat(timeline.endPcr(4)).isEqualTo(30 * MS);
  }

  @Test
  void whereTheClockJumpsTheRateGoesOn() throws IOException {
    TsMaker maker = new TsMaker().pcr(PID, 0).payloads(1, 9).pcr(PID, 10 * MS).payloads(1, 9);
    maker.pcr(PID, 5 * MS).payloads(1, 9); // backwards: wraps almost
    maker.pcr(PID, 25 * MS).payloads(1, 9); // 20 ms for ten packets
    maker.pcr(PID, 2000 * MS).payloads(1, 9); // too far
    maker.pcr(PID, 2010 * MS, true).payloads(1, 9); // says that it is one
    TsTimeline timeline = timeline(maker.pcr(PID, 2015 * MS));
    assertMs(timeline, 10, 10);
    assertMs(timeline, 20, 20);
    assertMs(timeline, 30, 40);
    assertMs(timeline, 40, 60);
    assertMs(timeline, 50, 80);
    assertMs(timeline, 60, 85);
  }

  @Test
  void farPcrsAreNotWaitedFor() throws IOException {
    TsMaker maker = new TsMaker().pcr(PID, 0).payloads(1, 9).pcr(PID, 10 * MS);
    maker.payloads(1, 100_000).pcr(PID, 20 * MS).payloads(1, 1).pcr(PID, 30 * MS);
    TsTimeline timeline = timeline(maker);
    assertMs(timeline, 50_000, 50_000);
    assertMs(timeline, 100_011, 100_011); // of an interval that was not seen as a whole
    assertMs(timeline, 100_012, 100_016);
    assertMs(timeline, 100_013, 100_021);
  }

  @Test
  void otherPidsAreNoClock() throws IOException {
    TsMaker maker = new TsMaker().pcr(PID, 0).pcr(7, 77 * MS).pcr(PID, 20 * MS).pcr(7, 0);
    TsTimeline timeline = timeline(maker);
    assertMs(timeline, 1, 10);
    assertMs(timeline, 3, 30);
  }

  @Test
  void withoutAnIntervalThereIsNoTime() {
    for (TsMaker maker :
        new TsMaker[] {
          new TsMaker(),
          new TsMaker().payloads(1, 3),
          new TsMaker().pcr(PID, 5),
          new TsMaker().pcr(PID, 5).pcr(PID, 5),
          new TsMaker().pcr(PID, 5).pcr(PID, 900, true),
        }) {
      assertThatThrownBy(() -> timeline(maker).ticks(0))
          .isInstanceOf(TsFormatException.class)
          .hasMessageContaining("no two PCRs with the PID 256");
    }
  }

  @Test
  void nanosecondsAreExactForYears() {
    assertThat(TsClock.ns(27)).isEqualTo(1000);
    assertThat(TsClock.ns(1)).isEqualTo(37);
    long tenYears = 10L * 365 * 86_400;
    assertThat(TsClock.ns(tenYears * TsPacket.CLOCK_HZ + 27))
        .isEqualTo(tenYears * 1_000_000_000 + 1000);
  }
}
