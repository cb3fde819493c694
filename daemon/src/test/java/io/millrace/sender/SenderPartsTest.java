package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.counters.DropReason;
import io.millrace.shim.Errno;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The small parts of the sender: request table, idle strategy, send error policy. */
final class SenderPartsTest {
  @Test
  void aRequestRemembersItsSlotAndTargetUntilItIsReleased() {
    RequestTable table = new RequestTable(3);
    int first = table.claim(10, 100, 0, 1400, 1, 0);
    int second = table.claim(11, 101, 1400, 5600, 3, 0);
    int third = table.claim(12, 102, 0, 1, 1, 0);
    assertThat(Set.of(first, second, third)).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(table.claim(13, 103, 0, 1, 1, 0)).isEqualTo(RequestTable.NONE);
    assertThat(table.inFlight()).isEqualTo(3);
    assertThat(table.slot(second)).isEqualTo(11);
    assertThat(table.target(second)).isEqualTo(101);
    assertThat(table.offset(second)).isEqualTo(1400);
    assertThat(table.end(second)).isEqualTo(5600);
    assertThat(table.datagrams(second)).isEqualTo(3);
    table.release(second);
    assertThat(table.inFlight()).isEqualTo(2);
    assertThat(table.claim(14, 104, 0, 1, 1, 0)).isEqualTo(second);
    assertThat(table.slot(second)).isEqualTo(14);
    assertThat(table.slot(first)).isEqualTo(10);
    assertThat(table.target(third)).isEqualTo(102);
  }

  @Test
  void releasingMoreRequestsThanThereAreIsABug() {
    RequestTable table = new RequestTable(1);
    int request = table.claim(0, 0, 0, 1, 1, 0);
    table.release(request);
    assertThatThrownBy(() -> table.release(request))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("released once too often");
  }

  @Test
  void theBacklogKeepsItsOrderAroundItsEnd() {
    Backlog backlog = new Backlog(3, 14);
    assertThat(backlog.capacity()).isEqualTo(4);
    for (int round = 0; round < 5; round++) {
      for (int entry = 0; entry < 4; entry++) {
        backlog.add(entry, 10 + entry, 100 * entry, 100 * entry + 50, 0);
      }
      backlog.rotate();
      backlog.advance(120);
      for (int entry : new int[] {1, 2, 3, 0}) {
        assertThat(backlog.slot()).isEqualTo(entry);
        assertThat(backlog.target()).isEqualTo(10 + entry);
        assertThat(backlog.offset()).isEqualTo(entry == 1 ? 120 : 100 * entry);
        assertThat(backlog.end()).isEqualTo(100 * entry + 50);
        backlog.remove();
      }
      assertThat(backlog.size()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    // strategy, due in us, idle for us -> sleeps us
    "BUSY_SPIN, 100000, 100000, 0",
    "PARK, 100000, 0, 100000",
    "PARK, 1, 0, 1",
    "ADAPTIVE, 100000, 100, 99940",
    "ADAPTIVE, 100000, 19, 0",
    "ADAPTIVE, 100000, 20, 99940",
    "ADAPTIVE, 60, 100, 0",
    "ADAPTIVE, 61, 100, 1",
  })
  void sleepEndsBeforeTheNextDatagramIsDue(
      IdleStrategy strategy, long untilDueUs, long idleUs, long sleepUs) {
    assertThat(
            strategy.sleepNs(
                TimeUnit.MICROSECONDS.toNanos(untilDueUs), TimeUnit.MICROSECONDS.toNanos(idleUs)))
        .isEqualTo(TimeUnit.MICROSECONDS.toNanos(sleepUs));
  }

  @ParameterizedTest
  @EnumSource(IdleStrategy.class)
  void noStrategyOversleeps(IdleStrategy strategy) {
    for (long untilDueNs = 1; untilDueNs < 200_000_000; untilDueNs += untilDueNs / 3 + 1) {
      for (long idleNs = 0; idleNs < 1_000_000; idleNs = idleNs * 2 + 999) {
        assertThat(strategy.sleepNs(untilDueNs, idleNs)).isBetween(0L, untilDueNs);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "111, ECONNREFUSED",
    "105, ENOBUFS",
    "90, EMSGSIZE",
    "11, EAGAIN",
    "12, ENOMEM",
    "1, EPERM",
    "13, EACCES",
    "101, ENETUNREACH",
    "113, EHOSTUNREACH",
    "100, ENETDOWN",
    "22, EINVAL",
    "125, ECANCELED",
    "9, OTHER",
    "32, OTHER",
    "4711, OTHER",
    "0, OTHER",
  })
  void everyErrnoHasItsReason(int errno, DropReason reason) {
    assertThat(SendErrorPolicy.reasonOf(errno)).isEqualTo(reason);
  }

  /** A reason named after an errno is one that the policy gives for it, and for no other. */
  @Test
  void reasonsAndErrnoValuesStandForEachOther() throws ReflectiveOperationException {
    Set<DropReason> given = new HashSet<>();
    for (int errno = 0; errno < 200; errno++) {
      DropReason reason = SendErrorPolicy.reasonOf(errno);
      if (reason != DropReason.OTHER) {
        assertThat(Errno.class.getField(reason.label()).getInt(null)).isEqualTo(errno);
        assertThat(given.add(reason)).isTrue();
      }
    }
    given.add(DropReason.OTHER);
    given.add(DropReason.SLOW);
    given.add(DropReason.CIRCUIT_OPEN);
    given.add(DropReason.STOPPED);
    assertThat(given).hasSize(DropReason.count());
  }
}
