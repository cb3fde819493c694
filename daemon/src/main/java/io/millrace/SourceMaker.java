package io.millrace;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.config.FileSourceSettings;
import io.millrace.config.GeneratorSourceSettings;
import io.millrace.config.PcapSourceSettings;
import io.millrace.config.PipeSourceSettings;
import io.millrace.config.SourceSettings;
import io.millrace.config.StreamSettings;
import io.millrace.config.TsSourceSettings;
import io.millrace.config.UdpSourceSettings;
import io.millrace.stream.FilePreloader;
import io.millrace.stream.FileReaderThread;
import io.millrace.stream.Framing;
import io.millrace.stream.GeneratorSource;
import io.millrace.stream.PcapReaderThread;
import io.millrace.stream.PipeInput;
import io.millrace.stream.PipeReaderThread;
import io.millrace.stream.PreloadedSource;
import io.millrace.stream.QueuedSource;
import io.millrace.stream.Source;
import io.millrace.stream.SourceThread;
import io.millrace.stream.Timetable;
import io.millrace.stream.TsReaderThread;
import io.millrace.stream.UdpSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the sources of one ring's streams from their settings. Owned by one control thread. */
final class SourceMaker {
  private static final Logger LOG = LoggerFactory.getLogger(SourceMaker.class);

  private final RingEngine ring;
  private final Slab slab;
  private final BufferPool pool;
  private final SlotReferences references;
  private final int readAhead;
  private final UdpSources udpSources;
  private final FilePreloader preloader;
  private final List<PayloadShape> shapes = new ArrayList<>();

  /**
   * Nothing made.
   *
   * @param readAhead slots that the thread of a source may fill ahead, a power of two
   * @param udpSources for those of the type udp
   */
  SourceMaker(
      RingEngine ring,
      Slab slab,
      BufferPool pool,
      SlotReferences references,
      int readAhead,
      UdpSources udpSources) {
    this.ring = ring;
    this.slab = slab;
    this.pool = pool;
    this.references = references;
    this.readAhead = readAhead;
    this.udpSources = udpSources;
    preloader = new FilePreloader(slab, pool, references);
  }

  /** A source, and the thread that fills its slots, not started, if it has one. */
  record Made(Source source, @Nullable SourceThread thread) {}

  /**
   * Makes the source of a stream.
   *
   * @param hasTrains whether some target takes trains
   * @throws UncheckedIOException if it can't be read
   */
  Made make(StreamSettings settings, int streamNumber, boolean hasTrains) {
    // Not a switch over the types: that makes a class at run time, at every start (adr/0002).
    SourceSettings source = settings.source();
    if (source instanceof GeneratorSourceSettings generator) {
      return generatorSource(generator, hasTrains);
    }
    if (source instanceof FileSourceSettings file) {
      return fileSource(settings.name(), file, streamNumber);
    }
    if (source instanceof PipeSourceSettings pipe) {
      return pipeSource(settings.name(), pipe, streamNumber);
    }
    if (source instanceof PcapSourceSettings pcap) {
      return pcapSource(settings, pcap, streamNumber);
    }
    if (source instanceof UdpSourceSettings udp) {
      return new Made(udpSources.make(settings.name(), udp), null);
    }
    return tsSource(settings, (TsSourceSettings) source, streamNumber);
  }

  private Made generatorSource(GeneratorSourceSettings generator, boolean hasTrains) {
    Source source =
        new GeneratorSource(
            slab,
            pool,
            references,
            generator.datagramBytes(),
            generator.count(),
            generator.sequenced(),
            hasTrains,
            filler(generator, hasTrains));
    return new Made(source, null);
  }

  /**
   * Generators of one shape leave the same bytes in a slot, so that they needn't write all of it
   * anew when they get one another's. Where they did, 100 streams of 1,000 datagrams/s each were
   * more than a core could do: half of the datagrams left 2 ms late or later, now 1 us.
   */
  private int filler(GeneratorSourceSettings generator, boolean hasTrains) {
    PayloadShape shape =
        new PayloadShape(generator.datagramBytes(), generator.sequenced(), hasTrains);
    int known = shapes.indexOf(shape);
    if (known >= 0) {
      return known + 1; // 0 is nobody's
    }
    shapes.add(shape);
    return shapes.size();
  }

  /** What the bytes that a generator writes depend on. */
  private record PayloadShape(int datagramBytes, boolean sequenced, boolean trains) {}

  private Made fileSource(String streamName, FileSourceSettings file, int streamNumber) {
    try {
      Source preloaded = preloader.load(file.path(), file.datagramBytes(), file.loop());
      if (preloaded != null) {
        LOG.info("stream {}: {} is preloaded", streamName, file.path());
        return new Made(preloaded, null);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    LOG.info(
        "stream {}: {} is larger than the buffers to spare and is read {} slots ahead",
        streamName,
        file.path(),
        readAhead);
    QueuedSource source = new QueuedSource(references, file.datagramBytes(), readAhead);
    FileReaderThread reader =
        new FileReaderThread(
            streamName,
            file.path(),
            file.loop(),
            slab,
            pool,
            source,
            readAhead,
            new ProxySink(ring, streamName, streamNumber));
    return new Made(source, reader);
  }

  private Made pipeSource(String streamName, PipeSourceSettings pipe, int streamNumber) {
    QueuedSource source = new QueuedSource(references, pipe.datagramBytes(), readAhead);
    PipeInput input =
        pipe.isStdin() ? PipeInput.stdin() : PipeInput.of(pipe.path(), atEnd(pipe.atEnd()));
    PipeReaderThread reader =
        new PipeReaderThread(
            streamName,
            input,
            framing(pipe.framing()),
            slab,
            pool,
            source,
            readAhead,
            new ProxySink(ring, streamName, streamNumber));
    return new Made(source, reader);
  }

  private Made tsSource(StreamSettings settings, TsSourceSettings ts, int streamNumber) {
    TsReaderThread.Format format = TsFormat.of(settings, ts);
    int datagramBytes = format.datagramBytes();
    Timetable timetable =
        format.pcrPid() < 0 ? null : new Timetable(readAhead, slab.slotBytes() / datagramBytes);
    QueuedSource source = new QueuedSource(references, datagramBytes, readAhead, timetable);
    TsReaderThread reader =
        new TsReaderThread(
            settings.name(),
            ts.path(),
            format,
            slab,
            pool,
            source,
            readAhead,
            new ProxySink(ring, settings.name(), streamNumber));
    return new Made(source, reader);
  }

  private Made pcapSource(StreamSettings settings, PcapSourceSettings pcap, int streamNumber) {
    PcapReaderThread.Format format = PcapFormat.of(settings, pcap);
    QueuedSource source =
        new QueuedSource(references, pcap.datagramBytes(), readAhead, new Timetable(readAhead, 1));
    PcapReaderThread reader =
        new PcapReaderThread(
            settings.name(),
            pcap.path(),
            format,
            slab,
            pool,
            source,
            readAhead,
            new ProxySink(ring, settings.name(), streamNumber));
    return new Made(source, reader);
  }

  private static Framing framing(PipeSourceSettings.Framing framing) {
    return switch (framing) {
      case FIXED -> Framing.FIXED;
      case LENGTH_16 -> Framing.LENGTH_16;
      case LENGTH_32 -> Framing.LENGTH_32;
      case LINE -> Framing.LINE;
    };
  }

  private static PipeInput.AtEnd atEnd(PipeSourceSettings.AtEnd atEnd) {
    return switch (atEnd) {
      case END -> PipeInput.AtEnd.END;
      case WAIT -> PipeInput.AtEnd.WAIT;
      case REOPEN -> PipeInput.AtEnd.REOPEN;
    };
  }

  /** Closes a source that no sender thread uses any more. */
  void close(Source source) {
    source.close();
    if (source instanceof PreloadedSource preloaded) {
      preloader.closed(preloaded);
    }
    if (source instanceof UdpSource udp) {
      udpSources.closed(udp);
    }
  }

  /**
   * How many datagrams a source has in all, if that is known.
   *
   * @throws UncheckedIOException if it can't be read
   */
  static OptionalLong datagrams(SourceSettings source) {
    if (source instanceof GeneratorSourceSettings generator && generator.count() >= 0) {
      return OptionalLong.of(generator.count());
    }
    if (source instanceof FileSourceSettings file && !file.loop()) {
      return OptionalLong.of(datagrams(file.path(), file.datagramBytes()));
    }
    if (source instanceof TsSourceSettings ts && !ts.loop()) {
      return OptionalLong.of(
          datagrams(ts.path(), ts.packetsPerDatagram() * TsSourceSettings.PACKET_BYTES));
    }
    if (source instanceof PcapSourceSettings pcap
        && pcap.loop()
        && pcap.count() != PcapSourceSettings.ALL) {
      return OptionalLong.of(pcap.count());
    }
    return OptionalLong.empty();
  }

  private static long datagrams(Path file, int bytesInEach) {
    try {
      return Math.ceilDiv(Files.size(file), (long) bytesInEach);
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }
}
