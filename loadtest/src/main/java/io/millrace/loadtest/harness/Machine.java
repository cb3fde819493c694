package io.millrace.loadtest.harness;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a figure was measured on. Any thread. */
public final class Machine {
  /** Asked once, as scenarios let this process keep off some of them for a while. */
  private static final List<Integer> CPUS = allowedCpus();

  private Machine() {}

  /** The CPUs that this process may run on, ascending. */
  public static List<Integer> cpus() {
    return CPUS;
  }

  /** From /proc/self/status (proc(5)). */
  private static List<Integer> allowedCpus() {
    String list = field(Path.of("/proc/self/status"), "Cpus_allowed_list:");
    List<Integer> cpus = new ArrayList<>();
    for (String range : list.split(",", -1)) {
      String[] ends = range.strip().split("-", -1);
      int last = Integer.parseInt(ends[ends.length - 1]);
      for (int cpu = Integer.parseInt(ends[0]); cpu <= last; cpu++) {
        cpus.add(cpu);
      }
    }
    return List.copyOf(cpus);
  }

  public static ObjectNode describe(Path root) {
    ObjectNode json = Json.object();
    json.put("cpu", field(Path.of("/proc/cpuinfo"), "model name"));
    json.put("cpus", cpus().size());
    json.put("kernel", read(Path.of("/proc/sys/kernel/osrelease")));
    json.put("distribution", field(Path.of("/etc/os-release"), "PRETTY_NAME="));
    json.put("java", System.getProperty("java.vm.version"));
    // Runnable threads, this benchmark's own among them: what says whether the machine was quiet.
    json.put("load_average", read(Path.of("/proc/loadavg")));
    json.put("commit", commit(root));
    return json;
  }

  /**
   * The short hash, with {@code -dirty} where the work tree differs; {@code uncommitted} without
   * any commit.
   */
  public static String commit(Path root) {
    try {
      return ManagedProcess.run(
          List.of("git", "-C", root.toString(), "describe", "--always", "--dirty", "--abbrev=10"));
    } catch (HarnessException noCommit) {
      return "uncommitted";
    }
  }

  private static String field(Path file, String name) {
    return read(file)
        .lines()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .map(line -> line.substring(name.length()).replaceAll("^[\\s:]+|[\"\\s]+$|^\"", ""))
        .orElse("unknown");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException failure) {
      return "";
    }
  }
}
