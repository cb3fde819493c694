package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admin.ControlResult;
import io.millrace.config.ConfigLoader;
import io.millrace.config.ConfigProblemsException;
import io.millrace.config.LoadedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A daemon of which a thread has died says that it doesn't run, upon which {@code millrace run}
 * ends with 1 (cli.DeadRingTest).
 */
@Timeout(60)
final class ThreadDeathsTest {
  private static final String CONFIG =
      """
      millrace {
        admin.enabled = false
        buffers { slot-size = 2 KiB, slots-per-ring = 64 }
        rings.idle = park
        reload.on-change = true
        streams.s {
          source { type = generator, datagram-size = 100 }
          pace { datagrams-per-second = 100 }
          targets = [ "127.0.0.1:9" ]
        }
      }
      """;

  @TempDir private Path temp = Path.of("");
  private final Thread.UncaughtExceptionHandler before =
      Thread.getDefaultUncaughtExceptionHandler();
  private Path file = Path.of("");

  @BeforeEach
  void writeConfiguration() throws IOException {
    file = Files.writeString(temp.resolve("x.conf"), CONFIG);
  }

  @AfterEach
  void restoreHandler() {
    Thread.setDefaultUncaughtExceptionHandler(before);
  }

  private Daemon start(ConfigSource source) throws StartupException, ConfigProblemsException {
    Daemon daemon = Daemon.start(ConfigLoader.load(file), source);
    assertThat(daemon.isRunning()).isTrue();
    return daemon;
  }

  private static void awaitDeath(Daemon daemon) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (daemon.isRunning() && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    assertThat(daemon.isRunning()).isFalse();
  }

  private LoadedConfig broken() {
    throw new AssertionError("planted into the control thread");
  }

  @Test
  void anErrorInAReloadStopsTheDaemonAfterItHasBeenAnswered() throws Exception {
    try (Daemon daemon = start(this::broken)) {
      assertThat(daemon.reload("a test").kind()).isEqualTo(ControlResult.Kind.FAILED);
      awaitDeath(daemon);
    }
  }

  @Test
  void anErrorInTheWatchOfTheFileStopsTheDaemon() throws Exception {
    try (Daemon daemon = start(this::broken)) {
      Files.writeString(file, Files.readString(file) + "\n# changed\n");
      awaitDeath(daemon);
    }
  }

  @Test
  void anyOtherThreadThatDiesStopsTheDaemon() throws Exception {
    try (Daemon daemon = start(() -> ConfigLoader.load(file))) {
      Thread.ofPlatform()
          .name("reader-s")
          .start(
              () -> {
                throw new IllegalStateException("planted");
              })
          .join();
      awaitDeath(daemon);
    }
  }

  @Test
  void whatIsExpectedToFailStopsNothing() throws Exception {
    AtomicInteger reloads = new AtomicInteger();
    try (Daemon daemon =
        start(
            () -> {
              reloads.incrementAndGet();
              return ConfigLoader.load(temp.resolve("none.conf"));
            })) {
      assertThat(daemon.reload("a test").kind()).isEqualTo(ControlResult.Kind.REFUSED);
      assertThat(reloads).hasValue(1);
      assertThat(daemon.isRunning()).isTrue();
    }
  }
}
