package io.millrace.loadtest.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * A temporary folder and everything that was started in it. {@link #close()} undoes it in reverse
 * order; so does the end of the JVM, by a signal too. Owned by one thread, but for that end.
 */
public final class Lab implements AutoCloseable {
  private static final Duration BUILD_PATIENCE = Duration.ofMinutes(10);

  private final Path root;
  private final Path millrace;
  private final Path folder;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Thread atShutdown = Thread.ofPlatform().unstarted(this::undo);

  private Lab(Path root, Path millrace, Path folder) {
    this.root = root;
    this.millrace = millrace;
    this.folder = folder;
  }

  /**
   * Makes the folder.
   *
   * @param root the project's folder
   * @param millrace the daemon's launcher
   */
  public static Lab open(Path root, Path millrace) {
    try {
      Lab lab = new Lab(root, millrace, Files.createTempDirectory("millrace-loadtest-"));
      Runtime.getRuntime().addShutdownHook(lab.atShutdown);
      return lab;
    } catch (IOException failure) {
      throw new UncheckedIOException("can't make a temporary folder: " + failure, failure);
    }
  }

  /** The project's folder, as the launcher said. */
  public static Path projectRoot() {
    String root = System.getProperty("millrace.root");
    if (root == null) {
      throw new HarnessException("start this by loadtest/run or loadtest/bench");
    }
    return Path.of(root);
  }

  public Path root() {
    return root;
  }

  public Path folder() {
    return folder;
  }

  /** The daemon's launcher. */
  public Path millrace() {
    return millrace;
  }

  /** Lets a user without privileges work in the folder; root may anyway. */
  public void giveFolderTo(int uid) {
    ManagedProcess.run(List.of("chown", String.valueOf(uid), folder.toString()));
  }

  /** Keeps something to be closed before what was opened earlier. */
  public synchronized <T extends AutoCloseable> T keep(T resource) {
    opened.push(resource);
    return resource;
  }

  /**
   * Starts {@code loadtest/receive} on this JVM's own JDK and class path, and waits until it
   * listens.
   *
   * @param prefix a command to run it under, such as {@code ip netns exec NAME}; may be empty
   * @param arguments beside --json
   */
  public ReceiverProcess startReceiver(
      String name, List<String> prefix, int ports, List<String> arguments) {
    Path json = folder.resolve(name + ".json");
    List<String> all = new ArrayList<>();
    all.addAll(List.of("--ports", String.valueOf(ports), "--json", json.toString()));
    all.addAll(arguments);
    ManagedProcess process = startJava(name, prefix, "io.millrace.loadtest.Receive", all);
    return ReceiverProcess.ready(process, ports, json);
  }

  /** Starts a program of ours on this JVM's own JDK and class path; the same prefix. */
  public ManagedProcess startJava(
      String name, List<String> prefix, String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(arguments);
    return keep(ManagedProcess.start(name, command));
  }

  /**
   * Lets the launcher build the daemon, if it has to, so that later starts are only starts.
   *
   * @throws HarnessException if it can't
   */
  public void prepareDaemon() {
    try (ManagedProcess process =
        ManagedProcess.start("millrace", List.of(millrace.toString(), "--version"))) {
      int exit = process.awaitExit(BUILD_PATIENCE);
      if (exit != 0) {
        throw new HarnessException("millrace --version: exit " + exit + ": " + process.tail(10));
      }
    }
  }

  /**
   * Runs the daemon on a configuration until its sources are exhausted.
   *
   * @throws HarnessException if it doesn't end in time, ends with a failure, or leaves no summary
   */
  public DaemonSummary runDaemon(String name, String configuration, Duration patience) {
    return runDaemon(name, List.of(), configuration, patience);
  }

  /** The same, under a command such as {@code ip netns exec NAME}. */
  public DaemonSummary runDaemon(
      String name, List<String> prefix, String configuration, Duration patience) {
    List<String> options = List.of("--exit-when-done");
    try (DaemonProcess daemon = startDaemon(name, prefix, configuration, options)) {
      return daemon.finish(patience);
    }
  }

  /**
   * Starts the daemon on a configuration; it ends when it is told to.
   *
   * @param prefix a command to run it under, such as {@code ip netns exec NAME}; may be empty
   * @param options of {@code millrace run}, beside {@code --summary-json}
   */
  public DaemonProcess startDaemon(
      String name, List<String> prefix, String configuration, List<String> options) {
    Path conf = folder.resolve(name + ".conf");
    Path summary = folder.resolve(name + "-summary.json");
    try {
      Files.writeString(conf, configuration);
      Files.deleteIfExists(summary);
    } catch (IOException failure) {
      throw new UncheckedIOException("can't write " + conf + ": " + failure, failure);
    }
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        List.of(millrace.toString(), "run", conf.toString(), "--summary-json", summary.toString()));
    command.addAll(options);
    return new DaemonProcess(keep(ManagedProcess.start("millrace", command)), summary);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atShutdown);
    } catch (IllegalStateException shuttingDown) {
      return; // The hook does it.
    }
    undo();
  }

  private synchronized void undo() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception failure) {
        System.err.println("loadtest: while cleaning up: " + failure);
      }
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException failure) {
      System.err.println("loadtest: can't remove " + folder + ": " + failure);
    }
  }
}
