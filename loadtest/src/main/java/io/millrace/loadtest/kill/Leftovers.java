package io.millrace.loadtest.kill;

import io.millrace.loadtest.harness.PlainUser;
import io.millrace.loadtest.harness.ProcFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What there is on the machine that a daemon of {@link PlainUser} may have left: sockets of its
 * namespace, huge pages in use, System V shared memory, files in the places for temporary and
 * shared ones, processes. Locked memory that is left has no file in /proc; it counts against the
 * next daemon's limit instead. Immutable.
 */
record Leftovers(Set<String> found) {
  private static final List<Path> PLACES =
      Stream.of("/dev/shm", "/dev/mqueue", "/dev/hugepages", "/run", "/tmp", "/var/tmp")
          .map(Path::of)
          .toList();

  private static final int DEPTH = 4;

  /**
   * Looks around.
   *
   * @param namespace a process of the namespace
   * @param expected a folder of ours that doesn't count
   */
  static Leftovers now(ProcFiles namespace, Path expected) {
    Set<String> found = new TreeSet<>(namespace.sockets());
    lines("/proc/meminfo").filter(line -> line.startsWith("HugePages_")).forEach(found::add);
    lines("/proc/sysvipc/shm").skip(1).map(line -> "shm " + line.strip()).forEach(found::add);
    PLACES.forEach(place -> addFiles(place, expected, found));
    addProcesses(found);
    return new Leftovers(found);
  }

  /** What wasn't there before. */
  List<String> since(Leftovers before) {
    List<String> left = new ArrayList<>(found);
    left.removeAll(before.found);
    return left.stream().sorted(Comparator.naturalOrder()).toList();
  }

  private static Stream<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file)).stream();
    } catch (IOException absent) {
      return Stream.of();
    }
  }

  private static void addFiles(Path place, Path expected, Set<String> found) {
    SimpleFileVisitor<Path> visitor =
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return folder.equals(expected)
                ? FileVisitResult.SKIP_SUBTREE
                : add(folder, FileVisitResult.CONTINUE);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            return add(file, FileVisitResult.CONTINUE);
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
          }

          private FileVisitResult add(Path file, FileVisitResult next) {
            if (isOurs(file)) {
              found.add("file " + file);
            }
            return next;
          }
        };
    try {
      Files.walkFileTree(place, Set.of(), DEPTH, visitor);
    } catch (IOException gone) {
      // Nothing is left in a place that isn't there.
    }
  }

  private static boolean isOurs(Path path) {
    try {
      return Files.getAttribute(path, "unix:uid").equals(PlainUser.ID);
    } catch (IOException gone) {
      return false;
    }
  }

  private static void addProcesses(Set<String> found) {
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      processes
          .filter(path -> path.getFileName().toString().matches("\\d+") && isOurs(path))
          .forEach(path -> found.add("process " + path.getFileName()));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
