package io.millrace.stream.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.stream.pcap.UdpDatagram.Found;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * Captures that tcpdump and tshark wrote (src/test/resources/pcap/make): each payload is a number,
 * its own length, with zeros before it.
 */
final class CaptureFilesTest {
  private final List<Integer> lengths = new ArrayList<>();
  private final List<Long> timesNs = new ArrayList<>();
  private final List<Found> others = new ArrayList<>();

  private void read(String name) throws IOException, URISyntaxException {
    URL file = Objects.requireNonNull(CaptureFilesTest.class.getResource("/pcap/" + name));
    UdpDatagram datagram = new UdpDatagram();
    try (FileChannel channel = FileChannel.open(Path.of(file.toURI()))) {
      CaptureReader reader = CaptureReader.open(new CaptureInput(channel));
      while (reader.next()) {
        Found found = datagram.find(reader);
        if (found != Found.DATAGRAM) {
          others.add(found);
          continue;
        }
        byte[] payload = new byte[datagram.payloadBytes()];
        reader.buffer().get(datagram.payloadAt(), payload);
        String text = new String(payload, StandardCharsets.US_ASCII);
        assertThat(Integer.parseInt(text)).isEqualTo(payload.length);
        assertThat(datagram.destinationPort()).isEqualTo(9000);
        lengths.add(payload.length);
        timesNs.add(reader.timeNs());
      }
      assertThat(reader.damage()).isNull();
    }
  }

  private void forget() {
    lengths.clear();
    timesNs.clear();
  }

  private void assertRead(String name, Integer... wanted) throws IOException, URISyntaxException {
    read(name);
    assertThat(lengths).containsExactly(wanted);
    assertThat(timesNs).isSorted().allMatch(ns -> ns / 1_000_000_000 / 86_400 == 20_784);
  }

  @Test
  void cookedOfBothVersions() throws Exception {
    assertRead("cooked-1.pcap", 10, 20, 30);
    forget();
    assertRead("cooked-2.pcap", 10, 20, 30);
    assertThat(others).isEmpty();
  }

  @Test
  void ethernetWithTags() throws Exception {
    assertRead("tagged.pcap", 40, 60);
    forget();
    assertRead("tagged-twice.pcap", 40, 60);
    assertThat(others).isEmpty();
  }

  @Test
  void whatWasNotCapturedWholeIsTruncated() throws Exception {
    assertRead("snapped.pcap", 20);
    assertThat(others).containsExactly(Found.TRUNCATED);
  }

  @Test
  void pcapngOfTwoInterfaces() throws Exception {
    assertRead("two-interfaces.pcapng", 70, 80);
    assertThat(others)
        .containsExactly(Found.NOT_UDP, Found.FRAGMENT, Found.FRAGMENT, Found.FRAGMENT);
  }
}
