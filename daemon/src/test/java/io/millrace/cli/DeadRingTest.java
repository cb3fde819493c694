package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon whose ring dies is gone, with exit code 1 and the reason in its log. */
@Timeout(120)
final class DeadRingTest {
  @Test
  void endsWithOneAndSaysWhy(@TempDir Path folder) throws Exception {
    try (DatagramSocket sink = MillraceProcess.sink()) {
      Path config =
          MillraceProcess.config(
              folder,
              """
              admin.enabled = false
              buffers { slot-size = 2 KiB, slots-per-ring = 64 }
              streams.s {
                source { type = generator, datagram-size = 100 }
                pace { datagrams-per-second = 1000 }
                targets = [ "127.0.0.1:%d" ]
              }
              """
                  .formatted(sink.getLocalPort()));
      Path log = folder.resolve("log");
      Process process =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "-XX:+UseSerialGC",
                      "-Xmx64m",
                      "-XX:TieredStopAtLevel=1",
                      "-ea",
                      "--enable-native-access=ALL-UNNAMED",
                      "-cp",
                      System.getProperty("java.class.path"),
                      DyingRing.class.getName(),
                      config.toString()))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
      } finally {
        process.destroyForcibly();
      }
      if (process.exitValue() == DyingRing.NO_RING) {
        MillraceProcess.skip("no io_uring here, so no ring that could die");
      }
      assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(1);
      assertThat(log).content().contains("a thread has died; stopping", "its thread died");
    }
  }
}
