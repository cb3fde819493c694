package io.millrace;

import io.millrace.config.HostPort;
import io.millrace.config.SendSettings;
import io.millrace.config.StreamSettings;
import io.millrace.config.TargetSettings;
import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.stream.TargetSocket;
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

/** Resolves the targets of streams and opens their sockets. One thread. */
final class TargetOpener {
  private final Kernel kernel;
  private final SendSettings settings;
  private final Map<String, InetAddress> resolved = new HashMap<>();

  TargetOpener(Kernel kernel, SendSettings settings) {
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
        List<TargetSocket> sockets = new ArrayList<>();
        opened.add(sockets);
        for (TargetSettings target : stream.targets()) {
          sockets.add(open(stream.name(), target));
        }
      }
      return opened;
    } catch (StartupException failure) {
      opened.forEach(sockets -> sockets.forEach(TargetSocket::close));
      throw failure;
    }
  }

  private TargetSocket open(String stream, TargetSettings target) throws StartupException {
    String where = "millrace.streams.%s: target %s: ".formatted(stream, target.label());
    InetSocketAddress address =
        new InetSocketAddress(resolve(where, target.to()), target.to().port());
    TargetSocket.Options options =
        new TargetSocket.Options(
            target.ttl(),
            interfaceIndex(where, target.interfaceName()),
            target.dscp(),
            settings.sendBufferBytes());
    try {
      return TargetSocket.open(kernel, address, options);
    } catch (TargetSocket.SocketException refused) {
      throw new StartupException(
          ExitCode.ENVIRONMENT, where + refused.getMessage() + hint(refused.error()));
    }
  }

  private static String hint(int error) {
    return switch (error) {
      case Errno.ENETUNREACH ->
          ": this machine has no route there (`ip route get` shows what it would take)";
      case Errno.EACCES -> ": a broadcast address needs to be asked for, and is not supported yet";
      case Errno.EMFILE, Errno.ENFILE ->
          ": too many open files; raise the limit (LimitNOFILE= in the unit) above the number of"
              + " targets";
      default -> "";
    };
  }

  private InetAddress resolve(String where, HostPort to) throws StartupException {
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
          ExitCode.USAGE, where + "the name can't be resolved; check it, or /etc/resolv.conf");
    }
  }

  private static int interfaceIndex(String where, @Nullable String name) throws StartupException {
    if (name == null) {
      return TargetSocket.DEFAULT;
    }
    try {
      NetworkInterface found = NetworkInterface.getByName(name);
      if (found == null) {
        throw new StartupException(
            ExitCode.ENVIRONMENT,
            where
                + "this machine has no interface "
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
      throw new StartupException(ExitCode.ENVIRONMENT, where + failure.getMessage());
    }
  }
}
