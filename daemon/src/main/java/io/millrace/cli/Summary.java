package io.millrace.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.metrics.EngineView;
import io.millrace.metrics.JsonText;
import io.millrace.metrics.StatusReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code --summary-json} writes: the status at the end, what was dropped at the stop, and the
 * process's own CPU time and memory.
 */
final class Summary {
  private static final Path STAT = Path.of("/proc/self/stat");
  private static final Path STATUS = Path.of("/proc/self/status");

  /**
   * proc(5): utime and stime are fields 14 and 15; counted from the one behind the command's
   * closing parenthesis.
   */
  private static final int USER_FIELD = 11;

  private static final int SYSTEM_FIELD = 12;

  /** USER_HZ, 100 on every architecture that we support. */
  private static final double TICKS_PER_SECOND = 100;

  private Summary() {}

  static void write(EngineView view, StopReport stop, long elapsedNs, Path file)
      throws IOException {
    ObjectNode summary = new StatusReport(view).status();
    summary.put("seconds", elapsedNs / 1e9);
    summary.set("stop", stop.json());
    summary.set("process", process(summary.objectNode()));
    Files.writeString(file, JsonText.print(summary) + "\n");
  }

  private static ObjectNode process(ObjectNode node) throws IOException {
    String stat = Files.readString(STAT);
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    node.put("user_seconds", Long.parseLong(fields[USER_FIELD]) / TICKS_PER_SECOND);
    node.put("system_seconds", Long.parseLong(fields[SYSTEM_FIELD]) / TICKS_PER_SECOND);
    node.put("max_rss_bytes", kibibytes(Files.readAllLines(STATUS), "VmHWM:") * 1024);
    return node;
  }

  private static long kibibytes(List<String> status, String key) {
    for (String line : status) {
      if (line.startsWith(key)) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return 0;
  }
}
