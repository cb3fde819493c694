package io.millrace.loadtest.scenario;

import io.millrace.loadtest.harness.Machine;
import io.millrace.loadtest.harness.ManagedProcess;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Keeps this process, and what it starts, off the CPU that a daemon takes for its only ring (the
 * last), as if they were on another machine. On a machine with one CPU it does nothing.
 */
final class RingCpu implements AutoCloseable {
  private final List<Integer> cpus = Machine.cpus();

  private RingCpu() {
    if (isShared()) {
      return;
    }
    stayOn(cpus.subList(0, cpus.size() - 1));
  }

  /** Clears it, until this is closed. */
  static RingCpu clear() {
    return new RingCpu();
  }

  /** The CPU's number. */
  int number() {
    return cpus.getLast();
  }

  /** Whether there is no other CPU to go to. */
  boolean isShared() {
    return cpus.size() < 2;
  }

  /** What a daemon is started with, so that it has that CPU too. */
  List<String> daemonPrefix() {
    return List.of("taskset", "--cpu-list", list(cpus));
  }

  /** What somebody else is started with who is to have it for himself, as the ring has. */
  List<String> alonePrefix() {
    return List.of("taskset", "--cpu-list", list(List.of(cpus.getLast())));
  }

  /** This process, its threads, and what it starts. */
  private static void stayOn(List<Integer> cpus) {
    String pid = String.valueOf(ProcessHandle.current().pid());
    ManagedProcess.run(List.of("taskset", "--all-tasks", "--pid", "--cpu-list", list(cpus), pid));
  }

  private static String list(List<Integer> cpus) {
    return cpus.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  @Override
  public void close() {
    if (!isShared()) {
      stayOn(cpus);
    }
  }
}
