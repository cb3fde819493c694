package io.millrace.loadtest.kill;

import io.millrace.loadtest.harness.Admin;
import io.millrace.loadtest.harness.DaemonProcess;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Machine;
import io.millrace.loadtest.harness.ManagedProcess;
import io.millrace.loadtest.harness.NamespaceHttp;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.harness.PlainUser;
import io.millrace.loadtest.harness.ProcFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a daemon is killed: a network namespace of its own, a far end that nobody listens at (which
 * refuses now and then, as the kernel limits ICMP), and a user whose locked memory is enough for
 * one daemon and a half. Owned by one thread.
 */
final class KillLab {
  private static final String NAME = "kill";
  private static final int SLOT_BYTES = 16 << 10;
  private static final int SLOTS = 256;

  /**
   * Of the slab, and of the queues of a ring with 1,024 entries: SQEs of 64 bytes, twice as many
   * CQEs of 16, and what is around them.
   */
  private static final long LOCKED_BYTES = (long) SLOT_BYTES * SLOTS + (104 << 10);

  /** Larger than the buffers to spare, so that a thread reads it. */
  private static final long FILE_BYTES = 8L << 20;

  private final Lab lab;
  private final String sender;
  private final ProcFiles near;
  private final ProcFiles far;
  private final int port = Admin.freePort();
  private final Path file;

  KillLab(Lab lab) {
    this.lab = lab;
    Namespaces namespaces = lab.keep(new Namespaces());
    sender = namespaces.add("tx");
    String receiver = namespaces.add("rx");
    namespaces.link(sender, "tx0", receiver, "rx0", 1500);
    namespaces.address(sender, "tx0", "10.201.81.1/24");
    namespaces.address(receiver, "rx0", "10.201.81.2/24");
    near = new ProcFiles(resident(sender).pid());
    far = new ProcFiles(resident(receiver).pid());
    file = lab.folder().resolve("large.bin");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(FILE_BYTES);
    } catch (IOException failure) {
      throw new UncheckedIOException("can't make " + file + ": " + failure, failure);
    }
    PlainUser.invite(lab);
  }

  /** By which the namespace can be looked into while no daemon is there. */
  private ManagedProcess resident(String namespace) {
    List<String> command = new ArrayList<>(Namespaces.prefix(namespace));
    command.addAll(List.of("sleep", "infinity"));
    return lab.keep(ManagedProcess.start("sleep", command));
  }

  /** Enough locked memory for one daemon and a half. */
  static long lockedLimit() {
    return LOCKED_BYTES * 3 / 2;
  }

  DaemonProcess start() {
    return start(lockedLimit());
  }

  /** With less than one needs it has to refuse: the limit is one. */
  DaemonProcess startWithTooLittle() {
    return start(LOCKED_BYTES / 2);
  }

  private DaemonProcess start(long lockedBytes) {
    return lab.startDaemon(
        NAME,
        PlainUser.prefixAfter(Namespaces.prefix(sender), lockedBytes),
        configuration(0),
        List.of());
  }

  /** Changes the file that the daemon was started with, in another way for each number. */
  void change(int number) {
    try {
      Files.writeString(lab.folder().resolve(NAME + ".conf"), configuration(number));
    } catch (IOException failure) {
      throw new HarnessException("can't write the configuration: " + failure, failure);
    }
  }

  NamespaceHttp admin() {
    return new NamespaceHttp(sender, port);
  }

  /** Doesn't wait for the answer, which may never come. */
  void requestReload() {
    lab.keep(admin().postAndGo("/-/reload"));
  }

  /** The namespace of the daemon. */
  ProcFiles near() {
    return near;
  }

  /** Datagrams that came to the far end. */
  long arrivals() {
    return far.udpArrivals();
  }

  Path folder() {
    return lab.folder();
  }

  private String configuration(int number) {
    List<Integer> cpus = Machine.cpus();
    String changing =
        number % 2 == 0
            ? ""
            : """
                more { source { type = generator, datagram-size = 200 }
                       pace = %d/s
                       targets = [ "10.201.81.2:7101", "10.201.81.2:7102", "10.201.81.2:7103" ] }
            """
                .formatted(100 + number);
    return """
    millrace {
      rings { cpus = [ %d ], entries = 1024 }
      buffers { slot-size = %d B, slots-per-ring = %d }
      admin { listen = "127.0.0.1:%d", control = true }
      streams {
        full { source { type = generator, datagram-size = 1400, sequenced = true }
               targets = [ "10.201.81.2:7001" ] }
        read { source { type = file, path = "%s", datagram-size = 1316, loop = true }
               pace { rate = %d Mbit/s }
               targets = [ "10.201.81.2:7002", "10.201.81.2:7003" ] }
    %s  }
    }
    """
        .formatted(cpus.getLast(), SLOT_BYTES, SLOTS, port, file, 100 + number % 3, changing);
  }
}
