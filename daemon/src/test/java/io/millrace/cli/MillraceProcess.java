package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * {@code millrace} as a process of its own, from this test's class path; killed when it is closed.
 */
final class MillraceProcess implements AutoCloseable {
  private static final long TIMEOUT_S = 60;
  private static final Pattern ADMIN = Pattern.compile("admin: https?://([^\\s,]+)");

  private final Process process;
  private final Path out;
  private final Path temporary;
  private final StringBuilder err = new StringBuilder();
  private final Thread reader;

  private MillraceProcess(Process process, Path out, Path temporary) {
    this.process = process;
    this.out = out;
    this.temporary = temporary;
    reader = Thread.ofVirtual().start(this::readErr);
  }

  /** Starts it; {@code folder} gets its output and its temporary files. */
  static MillraceProcess start(Path folder, String... arguments) {
    return start(folder, List.of(), Map.of(), arguments);
  }

  /**
   * Starts it.
   *
   * @param launcher a command that runs the command behind it
   */
  static MillraceProcess start(
      Path folder, List<String> launcher, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(launcher);
    // A test that runs in a shell's background has SIGINT ignored, and the JVM leaves it at that.
    command.addAll(List.of("env", "--default-signal=INT,HUP,TERM"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx64m", "-XX:TieredStopAtLevel=1", "-ea"));
    command.addAll(List.of("-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED"));
    try {
      Path temporary = Files.createDirectories(folder.resolve("tmp"));
      Path out = folder.resolve("stdout");
      command.add("-Djava.io.tmpdir=" + temporary);
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.millrace.Main"));
      command.addAll(List.of(arguments));
      ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("MILLRACE_"));
      builder.environment().putAll(environment);
      return new MillraceProcess(builder.start(), out, temporary);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  /** A configuration file with this inside {@code millrace}. */
  static Path config(Path folder, String text) {
    try {
      return Files.writeString(folder.resolve("millrace.conf"), "millrace {\n" + text + "\n}\n");
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  /** A UDP port where datagrams go and are not answered by ICMP. */
  static DatagramSocket sink() {
    try {
      return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  /** A TCP port that nobody has, a moment ago at least. */
  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  /** Skips the test, and says why. */
  static void skip(String why) {
    System.err.println("skipped: " + why);
    Assumptions.abort(why);
  }

  private void readErr() {
    try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (err) {
          err.append(line).append('\n');
          err.notifyAll();
        }
      }
    } catch (IOException closed) {
      // The process is gone: what it said is here.
    }
    synchronized (err) {
      err.notifyAll();
    }
  }

  /** Waits for a line on stderr, and returns what was found. */
  Matcher awaitErr(Pattern pattern) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
    synchronized (err) {
      while (true) {
        Matcher found = pattern.matcher(err);
        if (found.find()) {
          return found;
        }
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (leftMs <= 0 || !process.isAlive()) {
          throw new AssertionError("no " + pattern + " on stderr:\n" + err);
        }
        err.wait(Math.min(leftMs, 1000));
      }
    }
  }

  MillraceProcess awaitErr(String text) throws InterruptedException {
    awaitErr(Pattern.compile(Pattern.quote(text)));
    return this;
  }

  /** Waits until it runs; returns its admin address. */
  String awaitRunning() throws InterruptedException {
    awaitErr("running: ");
    return awaitErr(ADMIN).group(1);
  }

  long pid() {
    return process.pid();
  }

  void signal(String name) throws InterruptedException {
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
      assertThat(kill.waitFor()).as("kill").isZero();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  /** Waits for its end with this exit code, without a stack trace. */
  MillraceProcess hasExited(int expected) throws InterruptedException {
    assertThat(process.waitFor(TIMEOUT_S, TimeUnit.SECONDS))
        .as("ended; stderr: %s", err())
        .isTrue();
    reader.join();
    assertThat(process.exitValue()).as("exit code; stderr: %s", err()).isEqualTo(expected);
    Cli.assertNoStackTrace(err());
    return this;
  }

  /** What is left in its folder for temporary files. */
  List<String> temporaryFiles() throws IOException {
    try (var files = Files.list(temporary)) {
      return files.map(Path::toString).toList();
    }
  }

  String err() {
    synchronized (err) {
      return err.toString();
    }
  }

  String out() throws IOException {
    return Files.readString(out);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(TIMEOUT_S, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
