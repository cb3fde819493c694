package io.millrace;

import io.millrace.config.HostPort;
import io.millrace.config.SendSettings;
import io.millrace.config.StreamSettings;
import io.millrace.config.TargetSettings;
import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.stream.TargetSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Resolves targets and opens their sockets. One thread. */
public final class TargetOpener {
  private final Kernel kernel;
  private final SendSettings settings;
  private final Map<String, InetAddress> resolved = new HashMap<>();

  public TargetOpener(Kernel kernel, SendSettings settings) {
    this.kernel = kernel;
    this.settings = settings;
  }

  /**
   * Opens the targets of each stream, in order; all or none.
   *
   * @throws StartupException with the first that can't be opened
   */
  List<List<TargetSocket>> openAll(List<StreamSettings> streams) throws StartupException {
    List<List<TargetSocket>> opened = new ArrayList<>();
    try {
      for (StreamSettings stream : streams) {
        opened.add(openAll(stream, stream.targets()));
      }
      return opened;
    } catch (StartupException failure) {
      opened.forEach(sockets -> sockets.forEach(TargetSocket::close));
      throw failure;
    }
  }

  /**
   * Opens targets of one stream, in order; all or none.
   *
   * @throws StartupException with the first that can't be opened
   */
  List<TargetSocket> openAll(StreamSettings stream, List<TargetSettings> targets)
      throws StartupException {
    List<TargetSocket> sockets = new ArrayList<>();
    try {
      for (TargetSettings target : targets) {
        sockets.add(openIn(stream, target));
      }
      return sockets;
    } catch (StartupException failure) {
      sockets.forEach(TargetSocket::close);
      throw failure;
    }
  }

  private TargetSocket openIn(StreamSettings stream, TargetSettings target)
      throws StartupException {
    try {
      return open(stream, target);
    } catch (StartupException refused) {
      throw new StartupException(
          refused.exitCode(),
          "millrace.streams.%s: target %s: %s"
              .formatted(stream.name(), target.label(), refused.getMessage()));
    }
  }

  /**
   * Opens one target of a stream.
   *
   * @throws StartupException if it can't be opened; the message says why, and what to do behind the
   *     first semicolon
   */
  public TargetSocket open(StreamSettings stream, TargetSettings target) throws StartupException {
    InetSocketAddress address = new InetSocketAddress(resolve(target.to()), target.to().port());
    TargetSocket.Options options =
        new TargetSocket.Options(
            target.ttl(),
            interfaceIndex(target.interfaceName()),
            target.dscp(),
            settings.sendBufferBytes(),
            KernelPace.bytesPerSecond(stream, address.getAddress() instanceof Inet6Address));
    try {
      return TargetSocket.open(kernel, address, options);
    } catch (TargetSocket.SocketException refused) {
      throw new StartupException(
          ExitCode.ENVIRONMENT, refused.getMessage() + hint(refused.error()));
    }
  }

  private static String hint(int error) {
    return switch (error) {
      case Errno.ENETUNREACH ->
          ": this machine has no route there; add one (`ip route get` shows what it would take)";
      case Errno.EACCES -> ": a broadcast address needs to be asked for, and is not supported yet";
      case Errno.EMFILE, Errno.ENFILE ->
          ": too many open files; raise the limit (LimitNOFILE= in the unit) above the number of"
              + " targets";
      default -> "";
    };
  }

  private InetAddress resolve(HostPort to) throws StartupException {
    InetAddress known = resolved.get(to.host());
    if (known != null) {
      return known;
    }
    try {
      InetAddress address = InetAddress.getByName(to.host());
      resolved.put(to.host(), address);
      return address;
    } catch (UnknownHostException unknown) {
      throw new StartupException(
          ExitCode.USAGE, "the name can't be resolved; check it, or /etc/resolv.conf");
    }
  }

  private static int interfaceIndex(@Nullable String name) throws StartupException {
    if (name == null) {
      return TargetSocket.DEFAULT;
    }
    try {
      NetworkInterface found = NetworkInterface.getByName(name);
      if (found == null) {
        throw new StartupException(
            ExitCode.ENVIRONMENT,
            "this machine has no interface "
                + name
                + "; it has "
                + String.join(
                    ", ",
                    NetworkInterface.networkInterfaces()
                        .map(NetworkInterface::getName)
                        .sorted()
                        .toList()));
      }
      return found.getIndex();
    } catch (SocketException failure) {
      throw new StartupException(ExitCode.ENVIRONMENT, String.valueOf(failure.getMessage()));
    }
  }
}
