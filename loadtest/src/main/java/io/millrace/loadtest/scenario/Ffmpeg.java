package io.millrace.loadtest.scenario;

import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ManagedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * ffmpeg as a receiver: it takes a stream apart and writes a line for each frame, with its time and
 * a checksum, until it is told to end. Owned by one thread.
 */
final class Ffmpeg implements AutoCloseable {
  static final String TOOL = "ffmpeg";

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration SIGNAL_PATIENCE = Duration.ofMillis(500);

  /** What it says of a stream that is broken, at the level of warnings. */
  private static final Pattern COMPLAINT =
      Pattern.compile("corrupt|continuity|discontinu|monoton|missed", Pattern.CASE_INSENSITIVE);

  private final ManagedProcess process;
  private final Path frames;

  /**
   * A frame.
   *
   * @param dts in the stream's time base, 1/90000 s
   * @param rest duration, size and checksum
   */
  record Frame(int stream, long dts, String rest) {}

  private Ffmpeg(ManagedProcess process, Path frames) {
    this.process = process;
    this.frames = frames;
  }

  /** Makes a test stream: a moving picture of 4 Mbit/s and a tone. */
  static void generate(Path file, int seconds) {
    List<String> command = new ArrayList<>(List.of(TOOL, "-v", "error", "-y"));
    command.addAll(List.of("-f", "lavfi", "-i", "testsrc2=r=25:s=640x360"));
    command.addAll(List.of("-f", "lavfi", "-i", "sine", "-t", String.valueOf(seconds)));
    command.addAll(List.of("-c:v", "mpeg2video", "-b:v", "4M", "-maxrate", "4M"));
    command.addAll(List.of("-bufsize", "2M", "-bf", "2", "-c:a", "mp2", "-f", "mpegts"));
    command.add(file.toString());
    try (ManagedProcess ffmpeg = ManagedProcess.start(TOOL, command)) {
      int exit = ffmpeg.awaitExit(PATIENCE);
      if (exit != 0) {
        throw new HarnessException("ffmpeg: exit " + exit + ": " + ffmpeg.tail(5));
      }
    }
  }

  /** Begins to read a file or listen at an address. */
  static Ffmpeg read(Lab lab, String name, String url) {
    Path frames = lab.folder().resolve(name + ".framecrc");
    List<String> command = new ArrayList<>(List.of(TOOL, "-nostdin", "-v", "warning", "-y"));
    command.addAll(List.of("-analyzeduration", "1000000", "-copyts", "-i", url));
    command.addAll(List.of("-map", "0", "-c", "copy", "-flush_packets", "1", "-f", "framecrc"));
    command.add(frames.toString());
    return new Ffmpeg(lab.keep(ManagedProcess.start(TOOL, command)), frames);
  }

  /** A UDP port of 127.0.0.1 that nobody had a moment ago; an even one, as RTP has it. */
  static int freePort() {
    for (int tries = 0; tries < 100; tries++) {
      try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
        if (socket.getLocalPort() % 2 == 0) {
          return socket.getLocalPort();
        }
      } catch (SocketException failure) {
        throw new HarnessException("no free port: " + failure, failure);
      }
    }
    throw new HarnessException("no free even port");
  }

  /** Tells it to end; returns the frames that it has seen, by stream and in order. */
  List<Frame> finish() {
    process.terminate();
    if (!process.endsWithin(SIGNAL_PATIENCE)) {
      process.terminate(); // the first one ends no read that waits (ffmpeg.c, decode_interrupt_cb)
    }
    return awaitEnd();
  }

  /** Waits until it has read a file. */
  List<Frame> awaitEnd() {
    process.awaitExit(PATIENCE);
    try {
      return Files.readAllLines(frames).stream()
          .filter(line -> !line.startsWith("#") && !line.isBlank())
          .map(Ffmpeg::frame)
          .sorted(Comparator.comparingInt(Frame::stream)) // stable
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Frame frame(String line) {
    String[] fields = line.split(",\\s*", 4);
    return new Frame(
        Integer.parseInt(fields[0].strip()), Long.parseLong(fields[1].strip()), fields[3].strip());
  }

  /** What it found wrong. */
  List<String> complaints() {
    Predicate<String> isComplaint = COMPLAINT.asPredicate();
    return process.lines().stream()
        .filter(isComplaint.and(line -> !line.toLowerCase(Locale.ROOT).contains("exiting")))
        .toList();
  }

  @Override
  public void close() {
    process.close();
  }
}
