package io.millrace.loadtest;

import io.millrace.loadtest.receiver.ReceiveException;
import io.millrace.loadtest.receiver.Receiver;
import io.millrace.loadtest.receiver.ReceiverReport;
import io.millrace.loadtest.receiver.ReceiverSettings;
import io.millrace.loadtest.receiver.ReceiverSettings.Sequenced;
import io.millrace.loadtest.text.Durations;
import io.millrace.loadtest.text.HostPort;
import io.millrace.loadtest.text.Json;
import io.millrace.shim.NativeKernel;
import io.millrace.shim.ShimException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code loadtest/receive}: receives datagrams and says what became of them. */
@Command(
    name = "receive",
    mixinStandardHelpOptions = true,
    description =
        "Counts UDP datagrams and, for sequenced payloads, loss, duplicates, reordering and delay.",
    footer =
        "Exit: 0 received what it could, 1 the disk or the kernel failed, 2 usage, 3 can't listen.")
public final class Receive implements Callable<Integer> {
  /** How long the JVM's end waits for the summary after SIGTERM or SIGINT. */
  private static final long SHUTDOWN_SECONDS = 30;

  private static final long PROGRESS_NS = 1_000_000_000;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--listen",
      required = true,
      paramLabel = "HOST:PORT",
      description = "where to listen; port 0 takes a free one, and standard error says which")
  private String listen = "";

  @Option(
      names = "--ports",
      paramLabel = "N",
      defaultValue = "1",
      description = "listen on PORT to PORT+N-1, one thread each, and sum up (${DEFAULT-VALUE})")
  private int ports;

  @Option(
      names = "--expect-datagrams",
      paramLabel = "N",
      defaultValue = "0",
      description = "end as soon as N have arrived")
  private long expectDatagrams;

  @Option(
      names = "--idle-timeout",
      paramLabel = "TIME",
      defaultValue = "2s",
      description = "end when nothing came for so long after the first one (${DEFAULT-VALUE})")
  private Duration idleTimeout = Duration.ZERO;

  @Option(
      names = "--max-seconds",
      paramLabel = "TIME",
      defaultValue = "0s",
      description = "end after so long in any case, seconds or a duration like 2m")
  private Duration maxTime = Duration.ZERO;

  @Option(names = "--json", paramLabel = "FILE", description = "write the summary there as JSON")
  private @Nullable Path json;

  @Option(
      names = "--write",
      paramLabel = "FILE",
      description = "write the payload bytes there in arrival order, and print their SHA-256")
  private @Nullable Path write;

  @Option(
      names = "--write-times",
      paramLabel = "FILE",
      description = "write when each came (8 bytes, ns since the epoch) and its length (4 bytes)")
  private @Nullable Path writeTimes;

  @Option(
      names = "--sequenced",
      paramLabel = "auto|yes|no",
      defaultValue = "auto",
      description = "whether payloads begin with sequence and send time; auto judges by the first")
  private String sequenced = "";

  @Option(
      names = "--cpu",
      paramLabel = "N",
      defaultValue = "-1",
      description = "pin the receiving threads to this CPU")
  private int cpu;

  @Option(
      names = "--receive-buffer",
      paramLabel = "BYTES",
      defaultValue = "33554432",
      description = "asked of the kernel for each socket (${DEFAULT-VALUE})")
  private int receiveBufferBytes;

  @Option(names = "--progress", description = "a line on standard error every second")
  private boolean progress;

  private long nextProgressNs = PROGRESS_NS;
  private long shownDatagrams;

  private Receive() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Receive())
        .registerConverter(Duration.class, Receive::duration)
        .setExecutionExceptionHandler(Receive::explain);
  }

  /** A bare number is seconds here, as --max-seconds says so. */
  private static Duration duration(String text) {
    try {
      return Durations.parse(text.matches("[0-9.]+") ? text + "s" : text);
    } catch (IllegalArgumentException failure) {
      throw new CommandLine.TypeConversionException(String.valueOf(failure.getMessage()));
    }
  }

  private static int explain(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    if (failure instanceof ReceiveException || failure instanceof ShimException) {
      System.err.println("receive: " + failure.getMessage());
      return 1;
    }
    failure.printStackTrace();
    return 1;
  }

  @Override
  public Integer call() {
    ReceiverSettings settings = settings();
    Receiver receiver;
    try {
      receiver = Receiver.open(NativeKernel.load(), settings);
    } catch (ReceiveException | ShimException failure) {
      System.err.println("receive: " + failure.getMessage());
      return 3;
    }
    CountDownLatch summarized = new CountDownLatch(1);
    Thread hook = Thread.ofPlatform().unstarted(() -> finishOnSignal(receiver, summarized));
    Runtime.getRuntime().addShutdownHook(hook);
    try (receiver) {
      for (InetSocketAddress address : receiver.addresses()) {
        System.err.println("listening on " + HostPort.format(address));
      }
      ReceiverReport report = receiver.run(this::showProgress);
      System.out.print(report.text());
      System.out.flush();
      if (json != null) {
        Json.write(json, report.json());
      }
      return 0;
    } finally {
      summarized.countDown();
    }
  }

  /**
   * SIGTERM and SIGINT end the reception, not the summary; and that is success (the JVM itself
   * would exit 143).
   */
  private static void finishOnSignal(Receiver receiver, CountDownLatch summarized) {
    if (summarized.getCount() == 0) {
      return;
    }
    receiver.stop();
    try {
      boolean done = summarized.await(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
      Runtime.getRuntime().halt(done ? 0 : 1);
    } catch (InterruptedException interrupted) {
      Runtime.getRuntime().halt(1);
    }
  }

  private ReceiverSettings settings() {
    InetSocketAddress address;
    try {
      address = HostPort.parse(listen);
    } catch (IllegalArgumentException failure) {
      throw usage("--listen: " + failure.getMessage());
    }
    require(ports >= 1 && ports <= 4096, "--ports: 1 to 4096");
    require(address.getPort() + ports - 1 <= 65_535, "--ports: the last port is beyond 65535");
    require(write == null || ports == 1, "--write takes the payloads of one port: no --ports");
    require(writeTimes == null || ports == 1, "--write-times takes those of one port: no --ports");
    require(expectDatagrams >= 0, "--expect-datagrams: 1 or more");
    require(!idleTimeout.isZero(), "--idle-timeout: more than 0");
    require(receiveBufferBytes >= 4096, "--receive-buffer: 4096 or more bytes");
    require(cpu >= -1, "--cpu: a CPU's number, from 0");
    return new ReceiverSettings(
        address,
        ports,
        expectDatagrams,
        idleTimeout,
        maxTime,
        receiveBufferBytes,
        cpu,
        sequencedMode(),
        write,
        writeTimes);
  }

  private Sequenced sequencedMode() {
    return switch (sequenced) {
      case "auto" -> Sequenced.AUTO;
      case "yes" -> Sequenced.YES;
      case "no" -> Sequenced.NO;
      default -> throw usage("--sequenced: auto, yes or no, not '" + sequenced + "'");
    };
  }

  private void require(boolean condition, String message) {
    if (!condition) {
      throw usage(message);
    }
  }

  private ParameterException usage(String message) {
    CommandLine command = spec == null ? commandLine() : spec.commandLine();
    return new ParameterException(command, message);
  }

  private void showProgress(long elapsedNs, long datagrams, long bytes) {
    if (!progress || elapsedNs < nextProgressNs) {
      return;
    }
    System.err.printf(
        Locale.ROOT,
        "%6.1f s  %,d datagrams  %,d bytes  %,.0f datagrams/s%n",
        elapsedNs / 1e9,
        datagrams,
        bytes,
        (datagrams - shownDatagrams) * 1e9 / (elapsedNs - nextProgressNs + PROGRESS_NS));
    shownDatagrams = datagrams;
    nextProgressNs = elapsedNs + PROGRESS_NS;
  }
}
