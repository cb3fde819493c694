package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.sender.SendErrorPolicy.Decision;
import io.millrace.sender.SendErrorPolicy.Rule;
import io.millrace.shim.Errno;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SendErrorPolicyTest {
  @ParameterizedTest
  @CsvSource({
    // errno, the socket cuts trains, resends, retries -> decision
    "EAGAIN, false, 0, 0, RETRY",
    "ENOBUFS, true, 0, 0, RETRY",
    "ENOBUFS, false, 2, 7, RETRY",
    "ENOBUFS, false, 0, 8, BREAK",
    "ENOMEM, false, 0, 8, BREAK",
    "EMSGSIZE, true, 0, 0, SINGLES",
    "EMSGSIZE, true, 2, 0, SINGLES",
    "EMSGSIZE, false, 0, 0, RESEND",
    "EMSGSIZE, false, 2, 0, DROP",
    "EINVAL, true, 0, 0, SINGLES",
    "EINVAL, false, 0, 0, BREAK",
    "ECONNREFUSED, true, 0, 0, RESEND",
    "ECONNREFUSED, false, 1, 3, RESEND",
    "ECONNREFUSED, false, 2, 0, BREAK",
    "EHOSTUNREACH, false, 2, 0, BREAK",
    "EPERM, false, 0, 0, BREAK",
    "EPERM, true, 0, 0, BREAK",
    "ECANCELED, true, 0, 0, DROP",
    "EBADF, false, 0, 0, STOP",
    "EFAULT, true, 2, 8, STOP",
    "EINTR, false, 0, 0, BREAK",
  })
  void everyErrnoHasItsDecision(
      String errno, boolean segments, int resends, int retries, Decision decision)
      throws ReflectiveOperationException {
    Rule rule = SendErrorPolicy.ruleOf(Errno.class.getField(errno).getInt(null));
    assertThat(SendErrorPolicy.decide(rule, segments, resends, retries)).isEqualTo(decision);
  }

  @Test
  void noErrnoHasTwoRules() {
    Set<Integer> errors = new HashSet<>();
    for (Rule rule : SendErrorPolicy.rules()) {
      assertThat(errors.add(rule.error())).as("errno %d", rule.error()).isTrue();
    }
  }

  /** However a datagram fails, it is sent again so often and no more. */
  @Test
  void sendingAgainHasAnEnd() {
    for (Rule rule : SendErrorPolicy.rules()) {
      int mark = 0;
      int times = 0;
      boolean again = true;
      while (again) {
        int resends = RequestTable.resends(mark);
        int retries = RequestTable.retries(mark);
        switch (SendErrorPolicy.decide(rule, false, resends, retries)) {
          case RESEND -> mark = RequestTable.markResend(mark);
          case RETRY -> mark = RequestTable.markRetry(mark);
          default -> again = false;
        }
        times++;
        assertThat(mark).as("a mark is a byte").isLessThanOrEqualTo(Byte.MAX_VALUE);
      }
      assertThat(times)
          .isLessThanOrEqualTo(1 + SendErrorPolicy.MOST_RESENDS + SendErrorPolicy.MOST_RETRIES);
    }
  }

  @Test
  void resendsAndRetriesAreCountedApart() {
    int mark = 0;
    for (int resend = 0; resend < SendErrorPolicy.MOST_RESENDS; resend++) {
      mark = RequestTable.markResend(mark);
    }
    for (int retry = 0; retry < SendErrorPolicy.MOST_RETRIES; retry++) {
      mark = RequestTable.markRetry(mark);
    }
    assertThat(RequestTable.resends(mark)).isEqualTo(SendErrorPolicy.MOST_RESENDS);
    assertThat(RequestTable.retries(mark)).isEqualTo(SendErrorPolicy.MOST_RETRIES);
    assertThat((byte) mark).isEqualTo((byte) (mark & 0x7f));
  }

  /** The table for people in ARCHITECTURE.md is the one in the code. */
  @Test
  void theDocumentedTableIsTheOneInTheCode() throws IOException, IllegalAccessException {
    List<String> expected = new ArrayList<>();
    for (Rule rule : SendErrorPolicy.rules()) {
      expected.add(
          "| %s | %s | %s | %s | %s |"
              .formatted(
                  rule.error() == 0 ? "any other" : name(rule.error()),
                  rule.refusesTrains() ? "singles" : "",
                  rule.mayBePending() ? "send again" : "",
                  rule.decision().label(),
                  rule.reason().label()));
    }
    assertThat(documentedTable()).containsExactlyElementsOf(expected);
  }

  private static List<String> documentedTable() throws IOException {
    Path page =
        Path.of("").toAbsolutePath().endsWith("daemon")
            ? Path.of("docs/ARCHITECTURE.md")
            : Path.of("daemon/docs/ARCHITECTURE.md");
    List<String> rows = new ArrayList<>();
    boolean inTable = false;
    for (String line : Files.readAllLines(page)) {
      if (line.startsWith("| errno |")) {
        inTable = true;
      } else if (inTable && line.startsWith("| ") && !line.startsWith("| ---")) {
        rows.add(line.substring(0, line.lastIndexOf('|', line.length() - 2) + 1));
      } else if (inTable && !line.startsWith("|")) {
        return rows;
      }
    }
    return rows;
  }

  private static String name(int error) throws IllegalAccessException {
    for (Field field : Errno.class.getFields()) {
      if (field.getInt(null) == error) {
        return field.getName();
      }
    }
    throw new AssertionError("errno " + error + " has no name");
  }
}
