package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.SendChoice;
import io.millrace.shim.KernelAbi;
import io.millrace.stream.Stream;
import io.millrace.uring.FakeKernel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ZeroCopyChoiceTest {
  private static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 9);
  private static final int COMBINE = 1 << 15;
  private static final int SAMPLE = KernelAbi.IORING_SEND_ZC_REPORT_USAGE;
  private static final int BYTES = 1400;

  private final SenderRig rig = new SenderRig(new FakeKernel().kernel(), 16, 2048);
  private final Stream stream =
      rig.add(rig.generator(BYTES, 1), SenderRig.unlimited(), ADDRESS, ADDRESS);
  private final ZeroCopyTrial trial = new ZeroCopyTrial(1);

  @AfterEach
  void close() {
    rig.close();
  }

  private ZeroCopyChoice choice(SendMode mode) {
    return new ZeroCopyChoice(mode, new TargetTable(new Stream[] {stream}), trial);
  }

  private SendChoice noted(int target) {
    return stream.targets()[target].counters().choice();
  }

  @Test
  void theFirstRequestOfATargetIsASampleAndThenOneInSoMany() {
    ZeroCopyChoice choice = choice(SendMode.adaptive(COMBINE));
    for (int round = 0; round < 3; round++) {
      assertThat(choice.choose(0, BYTES)).isEqualTo(SAMPLE);
      choice.sampled(0, false);
      for (int request = 1; request < ZeroCopyChoice.SAMPLE_INTERVAL; request++) {
        assertThat(choice.choose(0, BYTES)).isEqualTo(COMBINE);
      }
    }
    assertThat(choice.choose(1, BYTES)).as("the other target's first").isEqualTo(SAMPLE);
    assertThat(noted(0)).isEqualTo(SendChoice.ZERO_COPY_ASSUMED);
  }

  @Test
  void aTargetForWhichTheKernelCopiesIsSentCopiesAndAskedAboutAgain() {
    ZeroCopyChoice choice = choice(SendMode.adaptive(0));
    choice.cycle(0, 0);
    assertThat(choice.choose(0, BYTES)).isEqualTo(SAMPLE);
    choice.sampled(0, true);
    assertThat(choice.choose(0, BYTES)).as("one may be an accident").isEqualTo(SAMPLE);
    choice.sampled(0, true);
    assertThat(choice.choose(0, BYTES)).isEqualTo(ZeroCopyChoice.COPY);
    assertThat(noted(0)).isEqualTo(SendChoice.COPY_FOR_THE_KERNEL_DOES);
    assertThat(noted(1)).as("the other target").isEqualTo(SendChoice.ZERO_COPY_ASSUMED);

    choice.cycle(ZeroCopyChoice.FIRST_LOOK_NS - 1, 0);
    assertThat(choice.choose(0, BYTES)).isEqualTo(ZeroCopyChoice.COPY);
    choice.cycle(ZeroCopyChoice.FIRST_LOOK_NS, 0);
    assertThat(choice.choose(0, BYTES)).isEqualTo(SAMPLE);
    choice.sampled(0, true);
    assertThat(choice.choose(0, BYTES)).as("no change").isEqualTo(ZeroCopyChoice.COPY);

    long nextLookNs = 3 * ZeroCopyChoice.FIRST_LOOK_NS;
    choice.cycle(nextLookNs, 0);
    assertThat(choice.choose(0, BYTES)).isEqualTo(SAMPLE);
    choice.sampled(0, false);
    assertThat(choice.choose(0, BYTES)).as("the proof").isEqualTo(SAMPLE);
    choice.sampled(0, false);
    assertThat(choice.choose(0, BYTES)).isNotEqualTo(ZeroCopyChoice.COPY);
    assertThat(noted(0)).isEqualTo(SendChoice.ZERO_COPY_ASSUMED);
  }

  @Test
  void whatIsConfiguredIsNotQuestioned() {
    ZeroCopyChoice always = choice(SendMode.zeroCopy(COMBINE));
    assertThat(always.choose(0, BYTES)).isEqualTo(SAMPLE);
    always.sampled(0, true);
    always.sampled(0, true);
    assertThat(always.choose(0, BYTES)).isEqualTo(COMBINE);
    assertThat(noted(0)).isEqualTo(SendChoice.ZERO_COPY_CONFIGURED);
    ZeroCopyChoice never = choice(SendMode.COPY);
    assertThat(never.choose(0, BYTES)).isEqualTo(ZeroCopyChoice.COPY);
    assertThat(noted(0)).isEqualTo(SendChoice.COPY_CONFIGURED);
  }

  @Test
  void whereCopyingIsFasterItIsCopied() {
    ZeroCopyChoice choice = choice(SendMode.adaptive(0));
    long nowNs = 0;
    boolean copied = false;
    boolean measuring = false;
    for (int cycle = 0; cycle < 1000; cycle++) {
      copied = choice.choose(0, BYTES) == ZeroCopyChoice.COPY;
      measuring |= noted(0) == SendChoice.MEASURING;
      long tookNs = copied ? 1000 : 2000;
      nowNs += tookNs;
      choice.cycle(nowNs, tookNs);
    }
    assertThat(measuring).isTrue();
    assertThat(copied).isTrue();
    assertThat(noted(0)).isEqualTo(SendChoice.COPY_MEASURED);
    assertThat(choice.choose(0, 40_000)).as("a larger request").isNotEqualTo(ZeroCopyChoice.COPY);
  }

  @Test
  void cyclesWithAPauseBehindThemAreNotMeasured() {
    ZeroCopyChoice choice = choice(SendMode.adaptive(0));
    for (int cycle = 0; cycle < 2000; cycle++) {
      choice.choose(0, BYTES);
      choice.cycle(cycle, 0);
    }
    assertThat(noted(0)).isEqualTo(SendChoice.ZERO_COPY_ASSUMED);
  }
}
