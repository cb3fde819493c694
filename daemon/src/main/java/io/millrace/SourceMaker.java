package io.millrace;

import io.millrace.buffer.BufferPool;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.config.FileSourceSettings;
import io.millrace.config.GeneratorSourceSettings;
import io.millrace.config.PipeSourceSettings;
import io.millrace.config.SourceSettings;
import io.millrace.config.StreamSettings;
import io.millrace.stream.FilePreloader;
import io.millrace.stream.FileReaderThread;
import io.millrace.stream.Framing;
import io.millrace.stream.GeneratorSource;
import io.millrace.stream.PipeInput;
import io.millrace.stream.PipeReaderThread;
import io.millrace.stream.PreloadedSource;
import io.millrace.stream.QueuedSource;
import io.millrace.stream.Source;
import io.millrace.stream.SourceThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
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
  private final FilePreloader preloader;
  private final List<PayloadShape> shapes = new ArrayList<>();

  /**
   * Nothing made.
   *
   * @param readAhead slots that the thread of a source may fill ahead, a power of two
   */
  SourceMaker(
      RingEngine ring, Slab slab, BufferPool pool, SlotReferences references, int readAhead) {
    this.ring = ring;
    this.slab = slab;
    this.pool = pool;
    this.references = references;
    this.readAhead = readAhead;
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
    return switch (settings.source()) {
      case GeneratorSourceSettings generator ->
          new Made(
              new GeneratorSource(
                  slab,
                  pool,
                  references,
                  generator.datagramBytes(),
                  generator.count(),
                  generator.sequenced(),
                  hasTrains,
                  filler(generator, hasTrains)),
              null);
      case FileSourceSettings file -> fileSource(settings.name(), file, streamNumber);
      case PipeSourceSettings pipe -> pipeSource(settings.name(), pipe, streamNumber);
    };
  }

  /**
   * Generators of one shape leave the same bytes in a slot, so that they needn't write all of it
   * anew when they get one another's. Where they did, 100 streams of 1,000 datagrams/s each were
   * more than a core could do: half of the datagrams left 2 ms late or later, now 1 us.
   */
  private int filler(GeneratorSourceSettings generator, boolean hasTrains) {
    PayloadShape shape =
        new PayloadShape(generator.datagramBytes(), generator.sequenced(), hasTrains);
    if (!shapes.contains(shape)) {
      shapes.add(shape);
    }
    return shapes.indexOf(shape) + 1; // 0 is nobody's
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
  }

  /** For observers. */
  static String describe(SourceSettings source) {
    return switch (source) {
      case GeneratorSourceSettings _ -> "generator";
      case FileSourceSettings file -> "file " + file.path();
      case PipeSourceSettings pipe -> pipe.isStdin() ? "standard input" : "pipe " + pipe.path();
    };
  }

  /**
   * How many datagrams a source has in all, if that is known.
   *
   * @throws UncheckedIOException if it can't be read
   */
  static OptionalLong datagrams(SourceSettings source) {
    return switch (source) {
      case GeneratorSourceSettings generator ->
          generator.count() < 0 ? OptionalLong.empty() : OptionalLong.of(generator.count());
      case FileSourceSettings file ->
          file.loop() ? OptionalLong.empty() : OptionalLong.of(datagrams(file));
      case PipeSourceSettings _ -> OptionalLong.empty();
    };
  }

  private static long datagrams(FileSourceSettings file) {
    try {
      return Math.ceilDiv(Files.size(file.path()), (long) file.datagramBytes());
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }
}
