package io.millrace;

import io.millrace.config.PaceSettings;
import io.millrace.config.StreamSettings;
import io.millrace.config.TsSourceSettings;
import io.millrace.stream.TsReaderThread;
import io.millrace.stream.ts.RtpHeader;
import io.millrace.stream.ts.TsProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** What a transport stream's datagrams are made of: the settings, and what the file has. */
final class TsFormat {
  private TsFormat() {}

  /**
   * Looks at the file.
   *
   * @throws UncheckedIOException if it can't be sent as the settings say; the message says why
   */
  static TsReaderThread.Format of(StreamSettings stream, TsSourceSettings ts) {
    try (FileChannel file = FileChannel.open(ts.path(), StandardOpenOption.READ)) {
      int pcrPid = TsProbe.pcrPid(file, ts.pcrPid());
      if (pcrPid < 0 && (ts.rtp().on() || stream.pace() instanceof PaceSettings.SourceTiming)) {
        throw new IOException(
            "no PCRs %sin its first 32 MiB; %s"
                .formatted(
                    ts.pcrPid() < 0 ? "" : "with the PID " + ts.pcrPid() + " ",
                    ts.rtp().on() ? "RTP needs them" : "give it a pace { rate = ... }"));
      }
      return new TsReaderThread.Format(
          ts.packetsPerDatagram(), pcrPid, rtpHeader(ts.rtp()), ts.loop());
    } catch (IOException refused) {
      throw new UncheckedIOException(
          new UnusableSourceException(ts.path() + ": " + refused.getMessage(), refused));
    }
  }

  /** Random where nothing is said, as RFC 3550, 5.1 has it. */
  private static @Nullable RtpHeader rtpHeader(TsSourceSettings.Rtp rtp) {
    if (!rtp.on()) {
      return null;
    }
    SecureRandom random = new SecureRandom();
    return new RtpHeader(
        rtp.ssrc() < 0 ? random.nextInt() : (int) rtp.ssrc(),
        rtp.sequence() < 0 ? random.nextInt() : rtp.sequence());
  }
}
