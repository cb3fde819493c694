package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.EngineChoice.Rung;
import io.millrace.config.Completion;
import io.millrace.config.Engine;
import io.millrace.config.Gso;
import io.millrace.config.SendSettings;
import io.millrace.config.ZeroCopy;
import io.millrace.sender.SendMode;
import io.millrace.shim.Errno;
import io.millrace.shim.KernelAbi;
import io.millrace.uring.FakeKernel;
import io.millrace.uring.RingUnavailableException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which rung a machine gets, and what is said about it. */
final class EngineChoiceTest {
  private static final int BIT = 15;

  private final FakeKernel fake = new FakeKernel();

  private EngineChoice probe(Engine engine, Completion completion, ZeroCopy zeroCopy)
      throws StartupException {
    return EngineChoice.probe(
        fake.kernel(), new SendSettings(engine, completion, zeroCopy, Gso.AUTO, BIT, 4096));
  }

  private EngineChoice probe(Engine engine) throws StartupException {
    return probe(engine, Completion.AUTO, ZeroCopy.AUTO);
  }

  @Test
  void theTopIsARingWithZeroCopy() throws StartupException {
    EngineChoice choice = probe(Engine.AUTO);
    assertThat(choice.rung()).isEqualTo(Rung.ZERO_COPY_RING);
    assertThat(choice.mode()).isEqualTo(SendMode.adaptive(0));
    assertThat(choice.engine()).isEqualTo("uring");
    assertThat(choice.combinedCqe()).isEqualTo("emulated");
    assertThat(choice.describe()).startsWith("engine: zero-copy ring, completions paired");
    fake.combineFlag = 1 << BIT;
    choice = probe(Engine.URING, Completion.AUTO, ZeroCopy.ALWAYS);
    assertThat(choice.mode()).isEqualTo(SendMode.zeroCopy(1 << BIT));
    assertThat(choice.combinedCqe()).isEqualTo("native");
    assertThat(probe(Engine.AUTO, Completion.PAIRED, ZeroCopy.ALWAYS).mode())
        .isEqualTo(SendMode.zeroCopy(0));
  }

  @Test
  void aKernelWithoutSendZcGetsAPlainRing() throws StartupException {
    fake.knowsSendZc = false;
    EngineChoice choice = probe(Engine.AUTO);
    assertThat(choice.rung()).isEqualTo(Rung.PLAIN_RING);
    assertThat(choice.mode()).isEqualTo(SendMode.COPY);
    assertThat(choice.combinedCqe()).isEqualTo("none");
    assertThat(choice.reason()).endsWith("has no SEND_ZC");
    assertThatThrownBy(() -> probe(Engine.AUTO, Completion.AUTO, ZeroCopy.ALWAYS))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("has no SEND_ZC; set send.zero-copy = auto");
  }

  @Test
  void soDoesWhoeverWantsNoZeroCopy() throws StartupException {
    EngineChoice choice = probe(Engine.AUTO, Completion.AUTO, ZeroCopy.NEVER);
    assertThat(choice.rung()).isEqualTo(Rung.PLAIN_RING);
    assertThat(choice.reason()).isEqualTo("send.zero-copy = never");
  }

  @ParameterizedTest
  @CsvSource({"1, EPERM", "13, EACCES", "38, ENOSYS", "22, EINVAL"})
  void whereThereIsNoRingItIsSendmmsg(int errno, String name) throws StartupException {
    fake.setupResults.addAll(Collections.nCopies(2, -errno));
    EngineChoice choice = probe(Engine.AUTO);
    assertThat(choice.rung()).isEqualTo(Rung.SENDMMSG);
    assertThat(choice.mode()).isEqualTo(SendMode.SENDMMSG);
    assertThat(choice.engine()).isEqualTo("sendmmsg");
    assertThat(choice.combinedCqe()).isEqualTo("none");
    assertThat(choice.reason()).startsWith("io_uring_setup: " + name + ": ");
  }

  /** A filter may let io_uring_setup through, and stop the next call. */
  @Test
  void aRingThatCannotBeUsedIsNone() throws StartupException {
    fake.registerResults.put(KernelAbi.IORING_REGISTER_ENABLE_RINGS, -Errno.EPERM);
    EngineChoice choice = probe(Engine.AUTO);
    assertThat(choice.rung()).isEqualTo(Rung.SENDMMSG);
    assertThat(choice.reason()).contains("EPERM", "seccomp");
  }

  @Test
  void whoeverWantsARingIsRefusedWithTheCause() {
    fake.setupResults.add(-Errno.EPERM);
    assertThatThrownBy(() -> probe(Engine.URING))
        .isInstanceOf(RingUnavailableException.class)
        .hasMessageStartingWith("io_uring_setup: EPERM: ");
  }

  @Test
  void whatOnlyARingCanDoIsRefusedWithTheCause() {
    fake.setupResults.addAll(List.of(-Errno.EPERM, -Errno.EPERM));
    assertThatThrownBy(() -> probe(Engine.AUTO, Completion.AUTO, ZeroCopy.ALWAYS))
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith("send.zero-copy = always needs io_uring: io_uring_setup: EPERM");
    assertThatThrownBy(() -> probe(Engine.AUTO, Completion.COMBINED, ZeroCopy.AUTO))
        .isInstanceOf(StartupException.class)
        .hasMessageStartingWith("send.completion = combined needs io_uring: io_uring_setup: EPERM");
  }

  /** A limit that is too low has a simple fix, which a slower daemon would hide. */
  @ParameterizedTest
  @ValueSource(strings = {"AUTO", "URING"})
  void lackOfMemoryIsAFailureNotAReason(Engine engine) {
    fake.setupResults.addAll(Collections.nCopies(50, -Errno.ENOMEM));
    assertThatThrownBy(() -> probe(engine))
        .isInstanceOf(RingUnavailableException.class)
        .hasMessageContaining("RLIMIT_MEMLOCK");
  }

  @Test
  void sendmmsgThatIsAskedForLooksForNoRing() throws StartupException {
    EngineChoice choice = probe(Engine.SENDMMSG);
    assertThat(choice.rung()).isEqualTo(Rung.SENDMMSG);
    assertThat(choice.reason()).isEqualTo("send.engine = sendmmsg");
    assertThat(fake.setups).isEmpty();
  }
}
