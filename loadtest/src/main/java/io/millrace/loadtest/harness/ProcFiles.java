package io.millrace.loadtest.harness;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What proc(5) says of a process and of the network that it is in. Any thread. */
public final class ProcFiles {
  private static final String LISTEN = "0A";
  private static final int STATE_COLUMN = 3;
  private static final int INODE_COLUMN = 9;

  private final Path folder;

  public ProcFiles(long pid) {
    folder = Path.of("/proc", String.valueOf(pid));
  }

  /**
   * A number of /proc/PID/status, such as VmRSS (in KiB) or Threads.
   *
   * @throws HarnessException if the process has ended
   */
  public long status(String key) {
    return Long.parseLong(text(key).replaceAll("\\D", ""));
  }

  /** The same as it is written there. */
  public String text(String key) {
    return text(folder.resolve("status"), key);
  }

  /** The same of the thread with this name. */
  public String threadStatus(String thread, String key) {
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(folder.resolve("task"))) {
      for (Path task : tasks) {
        if (text(task.resolve("status"), "Name").equals(thread)) {
          return text(task.resolve("status"), key);
        }
      }
    } catch (IOException ended) {
      throw new HarnessException(folder + "/task: " + ended, ended);
    }
    throw new HarnessException("process " + folder.getFileName() + " has no thread " + thread);
  }

  private static String text(Path status, String key) {
    for (String line : lines(status)) {
      if (line.startsWith(key + ":")) {
        return line.substring(key.length() + 1).strip();
      }
    }
    throw new HarnessException("no " + key + " in " + status + ": has it ended?");
  }

  /** Open file descriptors. */
  public int descriptors() {
    return links().size();
  }

  /** What they are open on, as the kernel says. */
  public List<String> links() {
    List<String> links = new ArrayList<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(folder.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        try {
          links.add(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException closed) {
          // Between the listing and the look.
        }
      }
    } catch (IOException ended) {
      throw new HarnessException(folder + "/fd: " + ended, ended);
    }
    return links;
  }

  /**
   * Sockets of the process's network namespace that somebody could send to or receive by: all UDP
   * ones, and TCP ones that listen, each as its line; without those that the other process has a
   * descriptor of.
   */
  public List<String> socketsBut(ProcFiles other) {
    Set<String> own = new HashSet<>(other.links());
    return sockets().stream()
        .filter(line -> !own.contains("socket:[" + inode(line) + "]"))
        .toList();
  }

  /** All of them. */
  public List<String> sockets() {
    List<String> sockets = new ArrayList<>();
    for (String kind : List.of("udp", "udp6", "tcp", "tcp6")) {
      for (String line : lines(folder.resolve("net").resolve(kind))) {
        boolean counts = !line.contains("local_address");
        if (counts && (kind.startsWith("udp") || column(line, STATE_COLUMN).equals(LISTEN))) {
          sockets.add(kind + " " + line.strip());
        }
      }
    }
    return sockets;
  }

  private static String column(String line, int index) {
    return line.strip().split("\\s+", -1)[index];
  }

  private static String inode(String socket) {
    return column(socket, INODE_COLUMN + 1); // behind the kind
  }

  /** UDP datagrams that came to the process's network namespace, wanted there or not. */
  public long udpArrivals() {
    String[] names = {};
    for (String line : lines(folder.resolve("net/snmp"))) {
      if (line.startsWith("Udp: ") && names.length == 0) {
        names = line.split(" ", -1);
      } else if (line.startsWith("Udp: ")) {
        String[] values = line.split(" ", -1);
        long sum = 0;
        for (int index = 0; index < names.length; index++) {
          if (Set.of("InDatagrams", "NoPorts", "InErrors").contains(names[index])) {
            sum += Long.parseLong(values[index]);
          }
        }
        return sum;
      }
    }
    throw new HarnessException("no UDP in " + folder + "/net/snmp");
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException gone) {
      return List.of(); // IPv6 may be off, and a process may have ended
    }
  }
}
