package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a receiver sees of a target's options. Real processes. */
@Timeout(60)
final class TargetOptionsTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void datagramsComeFromTheAddressAndPortThatWereAskedFor() throws Exception {
    int port;
    try (DatagramSocket free = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.2"))) {
      port = free.getLocalPort();
    }
    try (DatagramSocket receiver = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
      receiver.setSoTimeout(30_000);
      Path file =
          MillraceProcess.config(
              folder,
              """
              admin.enabled = false
              streams.one {
                source { type = generator, datagram-size = 100, count = 1 }
                targets = [ { to = "127.0.0.1:%d", from = "127.0.0.2:%d" } ]
              }
              """
                  .formatted(receiver.getLocalPort(), port));
      DatagramPacket packet = new DatagramPacket(new byte[200], 200);
      try (MillraceProcess daemon =
          MillraceProcess.start(folder, "run", file.toString(), "--exit-when-done")) {
        receiver.receive(packet);
        daemon.hasExited(0);
      }
      assertThat(packet.getAddress()).isEqualTo(InetAddress.ofLiteral("127.0.0.2"));
      assertThat(packet.getPort()).isEqualTo(port);
    }
  }
}
