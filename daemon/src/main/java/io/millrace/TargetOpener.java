package io.millrace;

import io.millrace.config.HostPort;
import io.millrace.config.MtuDiscovery;
import io.millrace.config.NameUse;
import io.millrace.config.SendSettings;
import io.millrace.config.SocketSettings;
import io.millrace.config.StreamSettings;
import io.millrace.config.TargetSettings;
import io.millrace.config.Unresolvable;
import io.millrace.names.Answer;
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
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the sockets of targets, at the addresses that their names have. One thread. */
public final class TargetOpener {
  private static final Logger LOG = LoggerFactory.getLogger(TargetOpener.class);

  private final Kernel kernel;
  private final SendSettings settings;
  private final Function<String, Answer> names;
  private final Unresolvable unresolvable;

  /**
   * An opener.
   *
   * @param names what is known of a name; it is not called for an address
   * @param unresolvable what a name without an address is
   */
  public TargetOpener(
      Kernel kernel,
      SendSettings settings,
      Function<String, Answer> names,
      Unresolvable unresolvable) {
    this.kernel = kernel;
    this.settings = settings;
    this.names = names;
    this.unresolvable = unresolvable;
  }

  /** Sockets that were opened, and why others could not be. */
  record Attempt(List<TargetSocket> sockets, List<StartupException> refusals) {}

  /**
   * Opens the targets of each stream, in order; all or none.
   *
   * @throws StartupException with the first that can't be opened
   */
  List<List<OpenTarget>> openAll(List<StreamSettings> streams) throws StartupException {
    List<List<OpenTarget>> opened = new ArrayList<>();
    try {
      for (StreamSettings stream : streams) {
        opened.add(openAll(stream, stream.targets(), List.of()));
      }
      return opened;
    } catch (StartupException failure) {
      opened.forEach(TargetOpener::closeAll);
      throw failure;
    }
  }

  /**
   * Opens targets of one stream, in order; all or none.
   *
   * @param taken the labels of targets that it has already
   * @throws StartupException with the first that can't be opened
   */
  List<OpenTarget> openAll(StreamSettings stream, List<TargetSettings> targets, List<String> taken)
      throws StartupException {
    List<String> labels = OpenTarget.labels(targets, taken);
    List<OpenTarget> opened = new ArrayList<>(targets.size());
    try {
      for (int index = 0; index < targets.size(); index++) {
        TargetSettings target = targets.get(index);
        opened.add(new OpenTarget(target, labels.get(index), openIn(stream, target)));
      }
      return opened;
    } catch (StartupException failure) {
      closeAll(opened);
      throw failure;
    }
  }

  /** Closes targets that no ring has taken over. */
  static void closeAll(List<OpenTarget> opened) {
    opened.forEach(target -> target.sockets().forEach(TargetSocket::close));
  }

  private List<TargetSocket> openIn(StreamSettings stream, TargetSettings target)
      throws StartupException {
    try {
      NameUse use = target.name();
      if (use == null) {
        return List.of(open(stream, target));
      }
      Answer answer = names.apply(target.to().host());
      if (!answer.isUsable() && unresolvable == Unresolvable.RETRY) {
        LOG.warn(
            "stream {}: target {} waits for its name ({})",
            stream.name(),
            target.label(),
            answer.failure());
        return List.of();
      }
      AddressPlan plan = AddressPlan.of(use.addresses(), List.of(), usable(answer));
      Attempt attempt = open(stream, target, plan);
      if (attempt.sockets.isEmpty()) {
        throw attempt.refusals.getFirst();
      }
      return attempt.sockets;
    } catch (StartupException refused) {
      throw new StartupException(
          refused.exitCode(),
          "millrace.streams.%s: target %s: %s"
              .formatted(stream.name(), target.label(), refused.getMessage()));
    }
  }

  /** Opens what a plan wants, as far as that goes; whoever has the plan decides what that means. */
  Attempt open(StreamSettings stream, TargetSettings target, AddressPlan plan) {
    List<TargetSocket> sockets = new ArrayList<>();
    List<StartupException> refusals = new ArrayList<>();
    for (InetAddress address : plan.wanted()) {
      if (plan.each() || sockets.isEmpty()) {
        try {
          sockets.add(open(stream, target, address));
        } catch (StartupException refused) {
          refusals.add(refused);
        }
      }
    }
    return new Attempt(sockets, refusals);
  }

  /**
   * Opens one target of a stream; of a name the first address that there is.
   *
   * @throws StartupException if it can't be opened; the message says why, and what to do behind the
   *     first semicolon
   */
  public TargetSocket open(StreamSettings stream, TargetSettings target) throws StartupException {
    String host = target.to().host();
    if (target.to().isName()) {
      return open(stream, target, usable(names.apply(host)).getFirst());
    }
    try {
      return open(stream, target, InetAddress.getByName(host)); // an address: nobody is asked
    } catch (UnknownHostException noSuchZone) {
      throw new StartupException(
          ExitCode.USAGE, noSuchZone.getMessage() + "; check the interface behind the %");
    }
  }

  private static List<InetAddress> usable(Answer answer) throws StartupException {
    if (!answer.isUsable()) {
      throw new StartupException(
          ExitCode.USAGE,
          "the name can't be resolved (%s); check it, or /etc/resolv.conf, or let targets wait for their names with millrace.names.unresolvable = retry"
              .formatted(answer.failure()));
    }
    return answer.addresses();
  }

  private TargetSocket open(StreamSettings stream, TargetSettings target, InetAddress host)
      throws StartupException {
    InetSocketAddress address = new InetSocketAddress(host, target.to().port());
    SocketSettings wanted = target.socket();
    MtuDiscovery mtuDiscovery = wanted.mtuDiscovery();
    TargetSocket.Options options =
        new TargetSocket.Options(
            wanted.ttl(),
            interfaceIndex(wanted.interfaceName()),
            wanted.dscp(),
            wanted.sendBufferBytes() == SocketSettings.KERNEL_DEFAULT
                ? settings.sendBufferBytes()
                : wanted.sendBufferBytes(),
            KernelPace.bytesPerSecond(stream, host instanceof Inet6Address),
            local(wanted.from()),
            wanted.mark(),
            mtuDiscovery == null ? TargetSocket.DEFAULT : mtuDiscovery.number(),
            wanted.multicastLoop(),
            wanted.broadcast());
    try {
      TargetSocket socket = TargetSocket.open(kernel, address, options);
      try {
        if (KernelPace.isTimed(stream)) {
          socket.txTime(DepartureQueue.of(kernel, socket, stream));
        }
        return socket;
      } catch (StartupException | TargetSocket.SocketException refused) {
        socket.close();
        throw refused;
      }
    } catch (TargetSocket.SocketException refused) {
      throw new StartupException(
          ExitCode.ENVIRONMENT,
          refused.getMessage() + hint(String.valueOf(refused.getMessage()), refused.error()));
    }
  }

  private static String hint(String call, int error) {
    return switch (error) {
      case Errno.ENETUNREACH ->
          ": this machine has no route there; add one (`ip route get` shows what it would take)";
      case Errno.EACCES -> ": a broadcast address has to be asked for; put broadcast = true there";
      case Errno.EADDRNOTAVAIL -> ": the address in `from` is none of this machine's";
      case Errno.EADDRINUSE ->
          ": another program has the port in `from`; take another, or 0 for any";
      case Errno.EPERM ->
          call.contains("SO_TXTIME")
              ? ": departure times for etf need CAP_NET_ADMIN; put "
                  + Capability.CAP_NET_ADMIN.grant()
                  + ", or use fq"
              : call.contains("SO_MARK")
                  ? ": a mark needs CAP_NET_ADMIN; put "
                      + Capability.CAP_NET_ADMIN.grant()
                      + ", or leave it out"
                  : ": this kernel wants CAP_NET_RAW of whoever binds to an interface; put "
                      + Capability.CAP_NET_RAW.grant();
      case Errno.EMFILE, Errno.ENFILE ->
          ": too many open files; raise the limit (LimitNOFILE= in the unit) above the number of"
              + " targets";
      default -> "";
    };
  }

  private static @Nullable InetSocketAddress local(@Nullable HostPort from)
      throws StartupException {
    if (from == null) {
      return null;
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(from.host()), from.port());
    } catch (UnknownHostException noSuchZone) {
      throw new StartupException(
          ExitCode.USAGE,
          "from: " + noSuchZone.getMessage() + "; check the interface behind the %");
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
