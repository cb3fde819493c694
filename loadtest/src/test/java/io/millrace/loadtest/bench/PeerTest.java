package io.millrace.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.ManagedProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PeerTest {
  @ParameterizedTest
  @EnumSource
  void theSizeIsInItsCommand(Peer peer) {
    List<String> command = peer.client(1234, 9, "02:00:00:00:00:01");
    assertThat(command.getFirst()).isEqualTo(peer.tool());
    assertThat(String.join(" ", command)).contains("1234").contains(NetworkPair.RECEIVER_ADDRESS);
  }

  @ParameterizedTest
  @EnumSource
  void oneWithAServerHasAControlPort(Peer peer) {
    assertThat(peer.controlPort() > 0).isEqualTo(!peer.server().isEmpty());
  }

  @Test
  void onlyLargeFramesNeedALargerRing() {
    assertThat(Peer.TRAFGEN.client(1400, 9, "02:00:00:00:00:01")).doesNotContain("--jumbo-support");
    assertThat(Peer.TRAFGEN.client(8000, 9, "02:00:00:00:00:01")).contains("--jumbo-support");
  }

  @ParameterizedTest
  @EnumSource
  void aMissingPeerSaysWhatToInstall(Peer peer) {
    assertThatThrownBy(() -> PeerContender.checkInstalled(peer, tool -> false))
        .isInstanceOf(NotAvailableException.class)
        .hasMessageContaining("not installed")
        .hasMessageContaining(peer.debianPackage());
  }

  @Test
  void aListeningPortIsFoundInTheKernelsTable() {
    List<String> table =
        List.of(
            "  sl  local_address rem_address   st tx_queue rx_queue",
            "   0: 00000000:1451 00000000:0000 0A 00000000:00000000 00:00000000 00000000",
            "   1: 0100007F:1388 0100007F:D431 01 00000000:00000000 00:00000000 00000000");
    assertThat(ListeningPort.isIn(table, 5201)).isTrue();
    assertThat(ListeningPort.isIn(table, 5000)).isFalse();
    assertThat(ListeningPort.isIn(table, 51)).isFalse();
  }

  @Test
  void aServerThatListensIsWaitedForAndOneThatEndsIsAnError() throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ManagedProcess process = ManagedProcess.start("sleep", List.of("sleep", "30"))) {
      ListeningPort.await(process, listening.getLocalPort());
    }
    try (ManagedProcess ended = ManagedProcess.start("true", List.of("true"))) {
      assertThatThrownBy(() -> ListeningPort.await(ended, 1))
          .isInstanceOf(HarnessException.class)
          .hasMessageContaining("nothing listens on port 1");
    }
  }
}
