package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.CpuPlan;
import io.millrace.shim.NativeKernel;
import io.millrace.uring.KernelProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who runs on a ring's CPU. Real processes, as their threads are moved for good. */
@Timeout(120)
final class ClearedCpusTest {
  private static final String CPUS = "Cpus_allowed_list:";

  @TempDir private Path folder = Path.of("");

  private static String fact(Path thread, String name) {
    try (Stream<String> status = Files.lines(thread.resolve("status"))) {
      return status
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(name.length()).strip())
          .findFirst()
          .orElseThrow();
    } catch (IOException failure) {
      throw new AssertionError(thread + " has no status", failure);
    }
  }

  /** Of each thread, the CPUs that it may use. */
  private Map<String, String> cpusOfThreads(List<Integer> rings) throws Exception {
    return cpusOfThreads(rings, "");
  }

  private Map<String, String> cpusOfThreads(List<Integer> rings, String more) throws Exception {
    StringBuilder text = new StringBuilder("admin.listen = \"127.0.0.1:0\"\n").append(more);
    text.append("rings.cpus = ").append(rings).append('\n');
    for (int ring : rings) {
      text.append("streams.on-").append(ring);
      text.append(" { source { type = generator }, pace = 10/s, targets = [ \"127.0.0.1:9\" ] }\n");
    }
    Path file = MillraceProcess.config(folder, text.toString());
    try (MillraceProcess daemon = MillraceProcess.start(folder, "run", file.toString())) {
      daemon.awaitRunning();
      Map<String, String> cpus = new TreeMap<>();
      try (Stream<Path> threads =
          Files.list(Path.of("/proc", String.valueOf(daemon.pid()), "task"))) {
        threads.forEach(
            thread ->
                cpus.put(thread.getFileName() + " " + fact(thread, "Name:"), fact(thread, CPUS)));
      }
      daemon.signal("TERM");
      daemon.hasExited(0);
      return cpus;
    }
  }

  @Test
  void everyOtherThreadStaysOffTheRingsCpu() throws Exception {
    List<Integer> allowed = CpuPlan.allowedCpus(NativeKernel.load());
    if (allowed.size() < 2) {
      MillraceProcess.skip("the only CPU is the ring's");
    }
    int ring = allowed.getLast();
    Map<String, String> cpus = cpusOfThreads(List.of(ring));
    assertThat(cpus.keySet()).anyMatch(thread -> thread.endsWith(" ring-0"));
    assertThat(cpus)
        .allSatisfy(
            (thread, list) ->
                assertThat(list)
                    .as(thread)
                    .isEqualTo(
                        thread.endsWith(" ring-0")
                            ? String.valueOf(ring)
                            : listOf(allowed.subList(0, allowed.size() - 1))));
  }

  /** Of two CPUs the others get the poller's, of more none of these. */
  @Test
  void aKernelThreadThatPollsStaysOnItsCpuAndHasItForItself() throws Exception {
    List<Integer> allowed = CpuPlan.allowedCpus(NativeKernel.load());
    if (allowed.size() < 2) {
      MillraceProcess.skip("the only CPU is the ring's");
    }
    String refusal = KernelProbe.pollRefusal(NativeKernel.load());
    if (refusal != null) {
      MillraceProcess.skip(refusal);
    }
    int ring = allowed.getFirst();
    int poller = allowed.getLast();
    Map<String, String> cpus =
        cpusOfThreads(List.of(ring), "rings.sqpoll { enabled = true, cpus = [" + poller + "] }\n");
    List<Integer> others = new ArrayList<>(allowed);
    others.removeAll(List.of(ring, poller));
    String expected = listOf(others.isEmpty() ? List.of(poller) : others);
    assertThat(cpus.keySet()).anyMatch(thread -> thread.contains(" iou-sqp-"));
    assertThat(cpus)
        .allSatisfy(
            (thread, list) ->
                assertThat(list)
                    .as(thread)
                    .isEqualTo(
                        thread.endsWith(" ring-0")
                            ? String.valueOf(ring)
                            : thread.contains(" iou-sqp-") ? String.valueOf(poller) : expected));
  }

  @Test
  void withARingOnEveryCpuTheyStayWhereTheyAre() throws Exception {
    List<Integer> allowed = CpuPlan.allowedCpus(NativeKernel.load());
    if (allowed.size() > 64) {
      MillraceProcess.skip("more CPUs than this test makes rings for: " + allowed.size());
    }
    Map<String, String> cpus = cpusOfThreads(allowed);
    assertThat(cpus)
        .allSatisfy(
            (thread, list) -> {
              if (!thread.contains(" ring-")) {
                assertThat(list).as(thread).isEqualTo(listOf(allowed));
              }
            });
  }

  /** As the kernel writes it: ranges. */
  private static String listOf(List<Integer> cpus) {
    StringBuilder list = new StringBuilder();
    for (int at = 0; at < cpus.size(); at++) {
      int first = at;
      while (at + 1 < cpus.size() && cpus.get(at + 1) == cpus.get(at) + 1) {
        at++;
      }
      list.append(first == 0 ? "" : ",").append(cpus.get(first));
      if (at > first) {
        list.append('-').append(cpus.get(at));
      }
    }
    return list.toString();
  }
}
