package io.millrace.stream.pcap;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.stream.pcap.CaptureFilter.Rule;
import io.millrace.stream.pcap.CaptureFilter.Side;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of a file before anything of it is sent. */
final class CaptureProbeTest {
  private static final byte[] DATAGRAM =
      PacketMaker.udp(new byte[100], 1, 5004).ipv4().ethernet().bytes();
  private static final byte[] TCP =
      PacketMaker.udp(new byte[100], 1, 5004).protocol(6).ipv4().ethernet().bytes();

  @TempDir private Path folder = Path.of("");

  private void probe(CaptureMaker maker, int port, int mostBytes, boolean needsTimes)
      throws IOException {
    Side any = new Side(null, 0, 65535);
    CaptureFilter filter = new CaptureFilter(List.of(new Rule(any, new Side(null, port, port))));
    try (FileChannel file =
        FileChannel.open(Files.write(folder.resolve("made.pcap"), maker.bytes()))) {
      CaptureProbe.check(file, filter, mostBytes, needsTimes);
    }
  }

  private void assertTaken(CaptureMaker maker) {
    assertThatCode(() -> probe(maker, 5004, 100, true)).doesNotThrowAnyException();
  }

  private void assertRefused(String said, CaptureMaker maker, int port, int mostBytes) {
    assertThatThrownBy(() -> probe(maker, port, mostBytes, true))
        .isInstanceOf(CaptureFormatException.class)
        .hasMessage(said);
  }

  @Test
  void oneDatagramIsEnough() {
    assertTaken(CaptureMaker.pcap().record(1, TCP).record(2, DATAGRAM));
    assertTaken(CaptureMaker.pcap().record(1, DATAGRAM).raw((byte) 1));
    assertTaken(CaptureMaker.pcapng().interfaceOf(1, 0).packet(0, 1, DATAGRAM));
  }

  @Test
  void aFileWithNothingToSendIsRefusedWithWhatItHas() {
    assertRefused("nothing to send: no packets", CaptureMaker.pcap(), 5004, 100);
    CaptureMaker maker =
        CaptureMaker.pcap().record(1, TCP).record(2, DATAGRAM).record(2, DATAGRAM, 9000);
    assertRefused("nothing to send: 3 packets (1 not-udp, 2 filtered)", maker, 7, 100);
    assertRefused(
        "nothing to send: 3 packets (1 not-udp, 2 longer than datagram-size)", maker, 5004, 99);
  }

  @Test
  void aFileThatIsDamagedBeforeTheFirstDatagramIsRefused() {
    assertRefused(
        "cut off in the header of a packet at offset 24; before it no packets",
        CaptureMaker.pcap().raw(new byte[15]),
        5004,
        100);
    assertRefused(
        "no packet: it would have 300000 bytes at offset 186; before it 1 packets (1 not-udp)",
        CaptureMaker.pcap().record(1, TCP).recordHead(1, 300_000, 300_000),
        5004,
        100);
  }

  @Test
  void withoutTimesThereMustBeARate() throws IOException {
    CaptureMaker maker = CaptureMaker.pcapng().interfaceOf(1, 0).simplePacket(DATAGRAM, 146);
    assertThatThrownBy(() -> probe(maker, 5004, 100, true)).hasMessageContaining("have no times");
    probe(maker, 5004, 100, false);
  }
}
