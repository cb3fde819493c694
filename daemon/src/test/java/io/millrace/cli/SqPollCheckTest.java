package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.DoctorCheck.Status;
import io.millrace.config.RingSettings;
import io.millrace.config.SqPollSettings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What doctor says about kernel threads that poll. */
final class SqPollCheckTest {
  private final Machines machine = new Machines();
  private Needs needs = Needs.defaults();

  /** On machines with CPUs 0 to 3. */
  private DoctorCheck check() {
    return SqPollCheck.of(machine.make(), needs);
  }

  private void enable(List<Integer> ringCpus, List<Integer> pollerCpus, int parts) {
    RingSettings old = needs.rings();
    needs =
        new Needs(
            new RingSettings(
                ringCpus,
                old.entries(),
                old.batch(),
                old.idle(),
                old.drainTimeout(),
                new SqPollSettings(true, Duration.ofMillis(10), pollerCpus)),
            needs.buffers(),
            needs.send(),
            parts,
            0);
  }

  private void assertCheck(Status status, String finding) {
    assertThat(check().status()).isEqualTo(status);
    assertThat(check().finding()).contains(finding);
  }

  @Test
  void offSaysWhetherItCouldBeHad() {
    assertCheck(Status.OK, "off (rings.sqpoll.enabled = false); this machine has it");
    machine.pollRefusal = "io_uring_setup with SQPOLL: EACCES: SELinux; allow it";
    assertCheck(Status.OK, "this machine refuses it: io_uring_setup with SQPOLL: EACCES");
  }

  @Test
  void refusedIsAFailureWithItsFix() {
    machine.pollRefusal = "io_uring_setup with SQPOLL: EACCES: SELinux; allow it";
    enable(List.of(), List.of(), 1);
    assertCheck(Status.FAIL, "EACCES");
    assertThat(check().fix()).isEqualTo("allow it");
  }

  @Test
  void eachThreadHasACpuThatNoRingHas() {
    enable(List.of(), List.of(), 2);
    assertCheck(Status.OK, "on CPU 0-1;");
    enable(List.of(0), List.of(), 1);
    assertCheck(Status.OK, "on CPU 3;");
    enable(List.of(0), List.of(2), 1);
    assertCheck(Status.OK, "on CPU 2;");
  }

  @Test
  void tooFewCpusAreAWarning() {
    enable(List.of(1, 2, 3), List.of(), 3);
    assertCheck(Status.WARN, "(3 each) share 4 CPUs");
    machine.allowedCpus = List.of(0);
    enable(List.of(), List.of(), 1);
    assertCheck(Status.WARN, "(1 each) share 1 CPUs");
  }

  @Test
  void aCpuThatIsNotAllowedIsAFailure() {
    enable(List.of(0), List.of(7), 1);
    assertCheck(Status.FAIL, "may not run on CPU 7 of rings.sqpoll.cpus; allowed: 0-3");
  }

  @Test
  void withoutRingsThereIsNothingToPoll() {
    machine.withoutRings("forbidden");
    assertCheck(Status.OK, "off");
    enable(List.of(), List.of(), 1);
    assertCheck(Status.WARN, "there are no rings to poll");
  }
}
