package io.millrace.cli;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.admin.TestIdentity;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon with TLS whose certificate is exchanged while it runs, and what ctl makes of that. */
@Timeout(180)
final class TlsReloadTest {
  @TempDir private Path folder = Path.of("");
  private final DatagramSocket sink = MillraceProcess.sink();
  private final int port = MillraceProcess.freePort();
  private TestIdentity first = unmade();
  private TestIdentity second = unmade();
  private MillraceProcess daemon = unstarted();
  private Path config = Path.of("");

  @SuppressWarnings("NullAway") // until @BeforeEach
  private static TestIdentity unmade() {
    return null;
  }

  @SuppressWarnings("NullAway") // until @BeforeEach
  private static MillraceProcess unstarted() {
    return null;
  }

  @BeforeEach
  void start() throws Exception {
    first = TestIdentity.make(folder, "first");
    second = TestIdentity.make(folder, "second");
    show(first.certificateFile(), first.keyFile());
    config =
        MillraceProcess.config(
            folder,
            """
            admin { listen = "127.0.0.1:%d", control = true, tls { certificate = own.crt, key = own.key } }
            rings.idle = park
            streams.news { source { type = generator, datagram-size = 100 }
                           pace { datagrams-per-second = 100 }, targets = [ "127.0.0.1:%d" ] }
            """
                .formatted(port, sink.getLocalPort()));
    daemon = MillraceProcess.start(folder, "run", config.toString());
    daemon.awaitRunning();
  }

  @AfterEach
  void stop() {
    daemon.close();
    sink.close();
  }

  private void show(Path certificate, Path key) throws IOException {
    Files.copy(certificate, folder.resolve("own.crt"), REPLACE_EXISTING);
    Files.copy(key, folder.resolve("own.key"), REPLACE_EXISTING);
  }

  private Cli status(String... options) {
    String[] all = new String[options.length + 2];
    all[0] = "ctl";
    all[1] = "status";
    System.arraycopy(options, 0, all, 2, options.length);
    return Cli.run(all);
  }

  private String url() {
    return "https://127.0.0.1:" + port;
  }

  private Cli trusting(TestIdentity server) {
    return status("--admin", url(), "--ca", server.certificateFile().toString());
  }

  private Cli reload(TestIdentity server) {
    return Cli.run("ctl", "reload", "--admin", url(), "--ca", server.certificateFile().toString());
  }

  @Test
  void certificateIsExchangedByAReloadAndABadOneRefusesIt() throws Exception {
    assertThat(daemon.err()).contains("admin: " + url() + ", certificate CN=first until ");
    trusting(first).hasExited(0);

    show(second.certificateFile(), first.keyFile());
    Cli refused = reload(first);
    assertThat(refused.hasExited(1).err())
        .contains("answered 422", ": millrace.admin.tls.key: ", "own.key is not the key of");
    trusting(first).hasExited(0);

    show(second.certificateFile(), second.keyFile());
    daemon.signal("HUP");
    daemon.awaitErr("admin: certificate CN=second until ");
    daemon.awaitErr("SIGHUP: reloaded");
    trusting(second).hasExited(0);
    assertThat(trusting(first).hasExited(1).err()).contains("no TLS with " + url());

    assertThat(
            Cli.run("ctl", "reload", "--admin", url(), "--ca", second.certificateFile().toString())
                .hasExited(0)
                .out())
        .doesNotContain("restart");
  }

  @Test
  void ctlSaysWhatIsMissing() {
    status("--config", config.toString()).hasExited(0);
    status("--admin", "127.0.0.1:" + port, "--ca", first.certificateFile().toString()).hasExited(0);
    assertThat(status("--admin", url()).hasExited(1).err()).contains("no TLS with", "--ca FILE");
    assertThat(status("--admin", "127.0.0.1:" + port).hasExited(1).err())
        .contains("no daemon answers at 127.0.0.1:" + port, "has it no admin.tls");
    assertThat(status("--admin", url(), "--ca", first.keyFile().toString()).hasExited(2).err())
        .contains("has no CERTIFICATE but PRIVATE KEY");
    assertThat(
            status("--admin", url(), "--cert", first.certificateFile().toString())
                .hasExited(2)
                .err())
        .contains("--cert and --key belong together");
  }

  @Test
  void whetherThereIsTlsAtAllWaitsForARestart() throws Exception {
    Files.writeString(
        config, Files.readString(config).replaceFirst("tls \\{[^}]*\\}", "token-file = first.crt"));
    assertThat(reload(first).hasExited(0).out())
        .contains("wait for a restart: admin.token-file, admin.tls");
    trusting(first).hasExited(0);
  }

  @Test
  void clientsShowACertificateIfTheyAreAskedForOne() throws Exception {
    Files.writeString(
        config,
        Files.readString(config).replace("key = own.key", "key = own.key, client-ca = second.crt"));
    assertThat(reload(first).hasExited(0).out()).doesNotContain("restart");
    daemon.awaitErr("clients need one too");
    assertThat(trusting(first).hasExited(1).err()).contains(url());
    status(
            "--config",
            config.toString(),
            "--cert",
            second.certificateFile().toString(),
            "--key",
            second.keyFile().toString())
        .hasExited(0);
  }
}
