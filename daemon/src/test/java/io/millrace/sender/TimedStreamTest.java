package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.RingCounters;
import io.millrace.stream.Pacer;
import io.millrace.stream.Stream;
import io.millrace.stream.TxTime;
import io.millrace.uring.FakeKernel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Datagrams bring the times of the schedule, whenever they are handed over. */
final class TimedStreamTest {
  private static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 5004);
  private static final int RATE = 1000;
  private static final long INTERVAL_NS = 1_000_000;

  private static final long AHEAD_NS = 31 * INTERVAL_NS;

  /** Nothing is forgiven, so that the schedule is one straight line. */
  private static final long LONG_BURST_NS = TimeUnit.MINUTES.toNanos(1);

  private final FakeKernel fake = new FakeKernel();
  private final SenderRig rig = new SenderRig(fake.kernel(), 64, 1024);

  @AfterEach
  void close() {
    rig.close();
  }

  private static Pacer ahead(long aheadNs) {
    Pacer pacer = Pacer.of(Pacer.Unit.DATAGRAMS, RATE, LONG_BURST_NS);
    pacer.ahead(aheadNs, aheadNs / 2);
    return pacer;
  }

  @Test
  void everyDatagramBringsItsPlaceInTheSchedule() {
    Stream stream = rig.addTimed(rig.generator(100, 500), ahead(AHEAD_NS), TxTime.FQ, ADDRESS);
    rig.start();
    rig.awaitEnded(stream);
    rig.stop();
    assertThat(fake.departuresNs).hasSize(500);
    for (int datagram = 1; datagram < 500; datagram++) {
      assertThat(fake.departuresNs.get(datagram) - fake.departuresNs.getFirst())
          .as("datagram %d", datagram)
          .isEqualTo(datagram * INTERVAL_NS);
    }
    assertThat(rig.counters.requests(RingCounters.Op.SENDMSG)).isEqualTo(500);
    assertThat(fake.sentBytes).hasSize(500).containsOnly(100);
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void allTargetsOfAFanOutGetTheSameTimes() {
    Stream stream =
        rig.addTimed(
            rig.generator(100, 300), ahead(AHEAD_NS), TxTime.FQ, ADDRESS, ADDRESS, ADDRESS);
    rig.start();
    rig.awaitEnded(stream);
    rig.stop();
    List<List<Long>> byTarget = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (int send = 0; send < fake.sends.size(); send++) {
      byTarget.get(fake.sends.get(send)).add(fake.departuresNs.get(send));
    }
    for (List<Long> departures : byTarget) {
      assertThat(departures).hasSize(300).isEqualTo(byTarget.getFirst());
    }
    rig.assertBooksAreClosed();
    rig.assertEverySlotIsFree();
  }

  @Test
  void datagramsAreHandedOverInRoundsAheadOfTheirTimes() {
    rig.idleStrategy = IdleStrategy.PARK;
    Stream stream = rig.addTimed(rig.generator(100, 500), ahead(AHEAD_NS), TxTime.FQ, ADDRESS);
    rig.start();
    rig.awaitEnded(stream);
    rig.stop();
    // Half of 31 intervals are a round.
    assertThat(fake.batches).as("sent at a time").anyMatch(size -> size >= 12);
    assertThat(stream.counters().lateness().count(0)).as("not late").isPositive();
  }
}
