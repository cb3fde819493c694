package io.millrace.cli;

import io.millrace.CpuPlan;
import io.millrace.LockedMemory;
import io.millrace.StreamPlacement;
import io.millrace.config.BufferSettings;
import io.millrace.config.Completion;
import io.millrace.config.Engine;
import io.millrace.config.Gso;
import io.millrace.config.HugePages;
import io.millrace.config.IdleMode;
import io.millrace.config.RingSettings;
import io.millrace.config.SendSettings;
import io.millrace.config.Settings;
import io.millrace.config.ZeroCopy;
import java.time.Duration;
import java.util.List;

/**
 * What a configuration asks of the machine.
 *
 * @param parts of streams, each of which may have a ring of its own
 * @param targets of all streams together
 */
record Needs(
    RingSettings rings, BufferSettings buffers, SendSettings send, int parts, int targets) {
  /**
   * The files of a process without a single target: the JVM's jars and libraries, rings, wake-ups,
   * connections.
   */
  private static final int OWN_FILES = 256;

  static Needs of(Settings settings) {
    int targets = settings.streams().stream().mapToInt(stream -> stream.targets().size()).sum();
    int parts = StreamPlacement.mostRings(settings.streams());
    return new Needs(settings.rings(), settings.buffers(), settings.send(), parts, targets);
  }

  /** One ring with everything as reference.conf has it. */
  static Needs defaults() {
    return new Needs(
        new RingSettings(List.of(), 1024, 32, IdleMode.ADAPTIVE, Duration.ofSeconds(5)),
        new BufferSettings(64 << 10, 512, HugePages.AUTO),
        new SendSettings(Engine.AUTO, Completion.AUTO, ZeroCopy.AUTO, Gso.AUTO, -1, 4 << 20),
        1,
        0);
  }

  /** Which CPUs get a ring, whether they are allowed or not. */
  List<Integer> ringCpus(List<Integer> allowed) {
    return CpuPlan.ringCpus(rings.cpus(), allowed, parts);
  }

  /** Memory that the kernel locks for so many rings. */
  LockedMemory lockedMemory(int ringCount) {
    return LockedMemory.of(rings, buffers, ringCount);
  }

  /** Huge pages of 2 MiB that so many slabs take. */
  long hugePages(int ringCount) {
    return ringCount * LockedMemory.hugePages(buffers);
  }

  int openFiles() {
    return targets + OWN_FILES;
  }
}
