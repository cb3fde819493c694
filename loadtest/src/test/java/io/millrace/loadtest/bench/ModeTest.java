package io.millrace.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.loadtest.bench.Mode.Means;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModeTest {
  @Test
  void everyMeansComesSinglyAndInTrains() {
    assertThat(Mode.all()).hasSize(2 * Means.values().length).doesNotHaveDuplicates();
    assertThat(Mode.all().stream().map(Mode::id)).doesNotHaveDuplicates();
  }

  @Test
  void theDaemonIsToldByItsConfiguration() {
    assertThat(Mode.SINGLE_ZERO_COPY.configuration())
        .isEqualTo("send { engine = uring, zero-copy = always, completion = paired, gso = never }");
    assertThat(new Mode(Means.SENDMMSG, true).configuration())
        .isEqualTo("send { engine = sendmmsg, zero-copy = never, gso = auto }");
  }

  @Test
  void theReferenceIsToldByItsOptions() {
    assertThat(Mode.SINGLE_SENDMMSG.referenceOptions(40, 15, 0))
        .containsExactly("--op", "sendmmsg");
    assertThat(new Mode(Means.ZERO_COPY_COMBINED, true).referenceOptions(40, 15, 0))
        .containsExactly("--op", "send_zc", "--segments", "40", "--combine-bit", "15");
    assertThat(Mode.SINGLE_ZERO_COPY.withPolling().referenceOptions(40, 15, 2))
        .containsExactly("--op", "send_zc", "--sqpoll-cpu", "2");
  }

  @Test
  void aPolledRingIsAModeOfItsOwnThatNeedsAnotherCpu() {
    Mode polled = Mode.SINGLE_ZERO_COPY.withPolling();
    assertThat(polled.id()).isEqualTo("single-zero-copy-paired-sqpoll");
    SuiteSettings two = settings(2);
    String text =
        DaemonConfiguration.of(
            polled,
            new Traffic(Traffic.Section.SQPOLL, 1400, 1, 1),
            two,
            "192.0.2.1",
            5000,
            Payload.STATIC.source(1400, "", Path.of("")));
    assertThat(text).contains("cpus = [3], batch = 32, sqpoll { enabled = true, cpus = [2] } }");
    assertThatCode(() -> two.throwIfNoCpuFor(polled)).doesNotThrowAnyException();
    assertThatThrownBy(() -> settings(-1).throwIfNoCpuFor(polled))
        .isInstanceOf(NotAvailableException.class);
    assertThatCode(() -> settings(-1).throwIfNoCpuFor(Mode.SINGLE_ZERO_COPY))
        .doesNotThrowAnyException();
  }

  private static SuiteSettings settings(int otherCpu) {
    return new SuiteSettings(1, 1, 32, 3, otherCpu, List.of(1400), List.of(), 15, false, false);
  }

  @Test
  void trainsOfTheReferenceAreAsLongAsTheDaemonsLast() {
    TrainLength lengths = new TrainLength();
    assertThat(List.of(lengths.of(64), lengths.of(1400), lengths.of(8000), lengths.of(40_000)))
        .containsExactly(64, 46, 8, 1);
    lengths.daemonUsed(64, 127.9);
    assertThat(lengths.of(64)).isEqualTo(128);
    lengths.daemonUsed(1400, 39.98);
    assertThat(lengths.of(1400)).isEqualTo(40);
    lengths.daemonUsed(1400, 1_000);
    assertThat(lengths.of(1400)).isEqualTo(46);
  }

  @Test
  void aRingHasAStreamOfItsOwn() {
    SuiteSettings settings = settings(2);
    String text =
        DaemonConfiguration.of(
            Mode.SINGLE_ZERO_COPY,
            new Traffic(Traffic.Section.RINGS, 1400, 2, 2),
            settings,
            "192.0.2.1",
            5000,
            Payload.SEQUENCED.source(1400, "", Path.of("")));
    assertThat(text)
        .contains("type = generator, datagram-size = 1400, sequenced = true")
        .contains("cpus = [3, 2], batch = 32")
        .contains("bench-0", "\"192.0.2.1:5000\", \"192.0.2.1:5001\"")
        .contains("bench-1", "\"192.0.2.1:5002\", \"192.0.2.1:5003\"");
  }
}
