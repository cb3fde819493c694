package io.millrace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Notices that files have changed, once they stay as they are from one look to the next: an editor
 * may write one in several steps. By asking, not by inotify, which doesn't see through the symbolic
 * links of a Kubernetes volume. Owned by one thread.
 */
final class ConfigWatch {
  /** What is compared of a file. */
  private record Stamp(boolean exists, long modifiedMs, long bytes, String identity) {}

  private Set<Path> files;
  private Map<Path, Stamp> taken;
  private Map<Path, Stamp> lastLook;

  /** Watches from how the files are now. */
  ConfigWatch(Set<Path> files) {
    this.files = files;
    taken = look();
    lastLook = taken;
  }

  /** Whether the files have changed and come to rest since they were last taken. */
  boolean hasChanged() {
    Map<Path, Stamp> now = look();
    boolean changed = !now.equals(taken) && now.equals(lastLook);
    lastLook = now;
    return changed;
  }

  /** The files as they are now are about to be read; what changes later is noticed. */
  void take() {
    taken = look();
    lastLook = taken;
  }

  /** These are the files from now on, of which none has changed since {@link #take}. */
  void files(Set<Path> now) {
    if (!now.equals(files)) {
      files = now;
      take();
    }
  }

  private Map<Path, Stamp> look() {
    Map<Path, Stamp> stamps = new TreeMap<>();
    for (Path file : files) {
      stamps.put(file, stamp(file));
    }
    return stamps;
  }

  private static Stamp stamp(Path file) {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(
          true, found.lastModifiedTime().toMillis(), found.size(), String.valueOf(found.fileKey()));
    } catch (IOException missing) {
      return new Stamp(false, 0, 0, "");
    }
  }
}
