package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.uring.PartialKernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What systemd would hear. That a real one understands it is the load test's (loadtest/system). */
final class ServiceManagerTest {
  private static final long PID = 4711;

  private final Listener listener = new Listener();
  private final Kernel kernel = PartialKernel.of(listener);

  /** Plays the socket of the service manager. */
  public static final class Listener {
    private final List<String> heard = new ArrayList<>();
    private int answer;

    public int notifyManager(MemorySegment path, MemorySegment message, int bytes) {
      heard.add(
          path.getString(0)
              + ": "
              + new String(
                  message.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE),
                  StandardCharsets.UTF_8));
      return answer;
    }

    public String errnoName(int error) {
      return "errno " + error;
    }
  }

  private ServiceManager manager(Map<String, String> environment) {
    return new ServiceManager(environment, PID, () -> kernel, () -> 12_345_678_999L);
  }

  @Test
  void itIsToldWhatHappens() {
    ServiceManager manager = manager(Map.of("NOTIFY_SOCKET", "/run/systemd/notify"));
    manager.ready("3 streams");
    manager.reloading();
    manager.status("5 datagrams/s");
    manager.alive();
    manager.stopping();
    assertThat(listener.heard)
        .containsExactly(
            "/run/systemd/notify: READY=1\nSTATUS=3 streams",
            "/run/systemd/notify: RELOADING=1\nMONOTONIC_USEC=12345678\n"
                + "STATUS=reloading the configuration",
            "/run/systemd/notify: STATUS=5 datagrams/s",
            "/run/systemd/notify: WATCHDOG=1",
            "/run/systemd/notify: STOPPING=1\nSTATUS=stopping: waiting for what is in flight");
  }

  @Test
  void nobodyIsToldAnythingWhereNobodyAsked() {
    ServiceManager manager = manager(Map.of());
    manager.ready("3 streams");
    assertThat(manager.isThere()).isFalse();
    assertThat(listener.heard).isEmpty();
  }

  @Test
  void aManagerThatDoesNotListenIsNoFailure() {
    listener.answer = -Errno.ENOMEM;
    ServiceManager manager = manager(Map.of("NOTIFY_SOCKET", "@gone"));
    manager.ready("3 streams");
    manager.alive();
    assertThat(listener.heard).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "30000000, 4711, 10000",
    "30000000, '', 10000",
    "30000000, 4712, 0",
    "'', '', 0",
    "soon, '', 0",
    "30000000, me, 0"
  })
  void theWatchdogIsFedThreeTimesWithinItsLimit(String limitUs, String pid, long everyMs) {
    ServiceManager manager =
        manager(Map.of("NOTIFY_SOCKET", "@manager", "WATCHDOG_USEC", limitUs, "WATCHDOG_PID", pid));
    assertThat(TimeUnit.NANOSECONDS.toMillis(manager.aliveEveryNs())).isEqualTo(everyMs);
  }
}
