package io.millrace;

import io.millrace.config.IpPrefix;
import io.millrace.config.PaceSettings;
import io.millrace.config.PcapSourceSettings;
import io.millrace.config.PortRange;
import io.millrace.config.StreamSettings;
import io.millrace.stream.PcapReaderThread;
import io.millrace.stream.pcap.CaptureFilter;
import io.millrace.stream.pcap.CaptureFilter.Prefix;
import io.millrace.stream.pcap.CaptureFilter.Rule;
import io.millrace.stream.pcap.CaptureFilter.Side;
import io.millrace.stream.pcap.CaptureProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What of a capture is sent: the settings, once the file has been looked at. */
final class PcapFormat {
  private PcapFormat() {}

  /**
   * Looks at the file.
   *
   * @throws UncheckedIOException if it can't be sent as the settings say; the message says why
   */
  static PcapReaderThread.Format of(StreamSettings stream, PcapSourceSettings pcap) {
    CaptureFilter filter = filter(pcap);
    boolean needsTimes = stream.pace() instanceof PaceSettings.SourceTiming;
    try (FileChannel file = FileChannel.open(pcap.path(), StandardOpenOption.READ)) {
      CaptureProbe.check(file, filter, pcap.datagramBytes(), needsTimes);
    } catch (IOException refused) {
      throw new UncheckedIOException(
          new UnusableSourceException(pcap.path() + ": " + refused.getMessage(), refused));
    }
    Duration loopGap = pcap.loopGap();
    return new PcapReaderThread.Format(
        filter,
        pcap.count() == PcapSourceSettings.ALL ? PcapReaderThread.ALL : pcap.count(),
        pcap.loop(),
        loopGap == null ? -1 : loopGap.toNanos(),
        pcap.longestGap().toNanos());
  }

  private static CaptureFilter filter(PcapSourceSettings pcap) {
    return new CaptureFilter(
        pcap.filter().stream()
            .map(
                flow ->
                    new Rule(side(flow.from(), flow.fromPorts()), side(flow.to(), flow.toPorts())))
            .toList());
  }

  private static Side side(@Nullable IpPrefix prefix, PortRange ports) {
    return new Side(
        prefix == null ? null : new Prefix(prefix.address().getAddress(), prefix.bits()),
        ports.first(),
        ports.last());
  }
}
