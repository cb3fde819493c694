package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is noticed of a volume that Kubernetes mounts for a ConfigMap: the files are symbolic links
 * to ..data/NAME, and ..data is one to a folder with a time in its name. A change makes a new
 * folder, moves the link ..data over and removes the old folder (AtomicWriter of the kubelet,
 * pkg/volume/util/atomic_writer.go).
 */
class ConfigWatchTest {
  private static final FileTime ONE_TIME = FileTime.fromMillis(1_700_000_000_000L);

  @TempDir private Path volume;

  @BeforeEach
  void mount() throws IOException {
    Path data = payload("..2026_11_27_10_00_00.1", "millrace.shard.count = 2");
    Files.createSymbolicLink(volume.resolve("..data"), data.getFileName());
    for (String name : new String[] {"millrace.conf", "shard.conf"}) {
      Files.createSymbolicLink(volume.resolve(name), Path.of("..data", name));
    }
  }

  @Test
  void aVolumeThatIsLeftAloneHasNotChanged() {
    ConfigWatch watch = watch();

    assertThat(watch.hasChanged()).isFalse();
    assertThat(watch.hasChanged()).isFalse();
  }

  @Test
  void aSwappedVolumeHasChangedOnceItRests() throws IOException {
    ConfigWatch watch = watch();

    swap("..2026_11_27_10_05_00.2", "millrace.shard.count = 3");

    assertThat(watch.hasChanged()).as("it may still be being written").isFalse();
    assertThat(watch.hasChanged()).isTrue();
    watch.take();
    assertThat(watch.hasChanged()).isFalse();
    assertThat(watch.hasChanged()).isFalse();
  }

  @Test
  void everySwapIsNoticedNotOnlyTheFirst() throws IOException {
    ConfigWatch watch = watch();
    for (int version = 2; version < 12; version++) {
      // Same length, same time: only the file behind the links is another one.
      swap("..2026_11_27_10_05_00." + version, "millrace.shard.count = " + version % 10);
      watch.hasChanged();

      assertThat(watch.hasChanged()).as("version %d", version).isTrue();
      watch.take();
    }
  }

  private ConfigWatch watch() {
    return new ConfigWatch(Set.of(volume.resolve("millrace.conf"), volume.resolve("shard.conf")));
  }

  private Path payload(String folder, String shard) throws IOException {
    Path data = Files.createDirectory(volume.resolve(folder));
    Files.writeString(data.resolve("millrace.conf"), "include required(\"shard.conf\")\n");
    Files.writeString(data.resolve("shard.conf"), shard);
    Files.setLastModifiedTime(data.resolve("millrace.conf"), ONE_TIME);
    Files.setLastModifiedTime(data.resolve("shard.conf"), ONE_TIME);
    return data;
  }

  /** As the kubelet does it: the old folder goes last. */
  private void swap(String folder, String shard) throws IOException {
    Path link = volume.resolve("..data");
    Path old = link.toRealPath();
    Path next = payload(folder, shard);
    Path moved = Files.createSymbolicLink(volume.resolve("..data_tmp"), next.getFileName());
    Files.move(moved, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Files.delete(old.resolve("millrace.conf"));
    Files.delete(old.resolve("shard.conf"));
    Files.delete(old);
  }
}
