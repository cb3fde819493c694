package io.millrace.cli;

import io.millrace.Commands;
import io.millrace.ExitCode;
import io.millrace.Main;
import io.millrace.logging.LogProvider;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The run that the AOT cache is made from ({@code deploy/aot-cache}): a daemon as in production
 * that sends to a socket of this process on 127.0.0.1, and ends by itself.
 *
 * <p>It has every kind of source, and streams with and without a pace, because the cache also keeps
 * what the compilers will want to know of the hot loop: which branches were taken and which classes
 * were met. A source that is never seen here would be compiled for as one that never comes, and
 * cost its users a deoptimisation while they send.
 *
 * <p>It does nothing else, such as answer requests: every class in the cache is loaded at every
 * start, before the program begins, for some 15 us.
 */
public final class Training {
  private static final int FAST_DATAGRAMS = 300_000;
  private static final int PACED_DATAGRAMS = 15_000;
  private static final int PRELOADED_BYTES = 200_000;

  /** More than the slab below holds. */
  private static final int READ_BYTES = 12 << 20;

  private Training() {}

  /** Trains in the folder that the only argument names, which must exist. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    LogProvider.install();
    // What a start begins with is in the cache only if it was loaded here.
    System.err.println("training: for " + Main.class.getName());
    Path folder = Path.of(arguments[0]);
    int exit;
    try (DatagramSocket receiver = new DatagramSocket(loopback(0))) {
      Path conf = writeConfiguration(folder, receiver.getLocalPort());
      exit = runDaemon(conf);
      if (exit != ExitCode.CLEAN.value()) {
        // Reading a configuration is half of a start, and needs nothing of this machine.
        System.err.println("training: no daemon runs here (exit " + exit + "); only the check");
        exit = Commands.commandLine().execute("check", conf.toString());
      }
    }
    System.exit(exit);
  }

  private static int runDaemon(Path conf) throws InterruptedException {
    @Nullable Integer exit =
        PlainArguments.run(new String[] {"run", conf.toString(), "--exit-when-done"});
    return exit == null ? ExitCode.USAGE.value() : exit;
  }

  private static Path writeConfiguration(Path folder, int receiverPort) throws IOException {
    Files.write(folder.resolve("small"), new byte[PRELOADED_BYTES]);
    Files.write(folder.resolve("large"), new byte[READ_BYTES]);
    String to = "\"127.0.0.1:%d\"".formatted(receiverPort);
    Path conf = folder.resolve("training.conf");
    return Files.writeString(
        conf,
        """
        millrace {
          buffers { slots-per-ring = 64 }
          admin { listen = "127.0.0.1:0" }
          streams {
            fast {
              source { type = generator, datagram-size = 1400, count = %d, sequenced = true }
              targets = [ %s ]
            }
            paced {
              source { type = generator, datagram-size = 1400, count = %d }
              pace { datagrams-per-second = 10000 }
              targets = [ %s, { to = %s, ttl = 8, dscp = 46 } ]
            }
            small {
              source { type = file, path = "small" }
              pace { rate = 10 Mbit/s }
              targets = [ %s ]
            }
            large {
              source { type = file, path = "large" }
              targets = [ %s ]
            }
          }
        }
        """
            .formatted(FAST_DATAGRAMS, to, PACED_DATAGRAMS, to, to, to, to));
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }
}
