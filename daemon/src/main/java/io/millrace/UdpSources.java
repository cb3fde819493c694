package io.millrace;

import io.millrace.buffer.BufferRing;
import io.millrace.buffer.Slab;
import io.millrace.buffer.SlotReferences;
import io.millrace.config.UdpSourceSettings;
import io.millrace.shim.Errno;
import io.millrace.shim.Kernel;
import io.millrace.stream.SourcePrefixes;
import io.millrace.stream.TargetSocket.SocketException;
import io.millrace.stream.UdpSocket;
import io.millrace.stream.UdpSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the sources of one ring that receive from sockets. Owned by one control thread. */
final class UdpSources {
  private static final Logger LOG = LoggerFactory.getLogger(UdpSources.class);

  /** The largest train: what an IPv4 packet holds. */
  private static final int LONGEST_TRAIN_BYTES = 65_507;

  private final Kernel kernel;
  private final Slab slab;
  private final SlotReferences references;
  private final int capacity;
  private final boolean hasRing;
  private final boolean wantsTrains;
  private final Set<UdpSource> live = new HashSet<>();

  /**
   * None made.
   *
   * @param share slots that one source may have, with the kernel and received
   * @param hasRing whether the engine is io_uring, which alone receives
   * @param wantsTrains whether trains are to be received as such
   */
  UdpSources(
      Kernel kernel,
      Slab slab,
      SlotReferences references,
      int share,
      boolean hasRing,
      boolean wantsTrains) {
    this.kernel = kernel;
    this.slab = slab;
    this.references = references;
    this.hasRing = hasRing;
    this.wantsTrains = wantsTrains;
    capacity = Math.min(BufferRing.MOST_ENTRIES, Integer.highestOneBit(Math.max(1, share)));
  }

  /** CQEs that its sources may bring at a time: for each slot, the end and a cancellation. */
  int mostCqes() {
    return live.size() * (capacity + 2);
  }

  /**
   * Makes a source: its socket is bound, and a group joined.
   *
   * @throws UncheckedIOException if that is refused
   */
  UdpSource make(String streamName, UdpSourceSettings settings) {
    if (!hasRing) {
      throw refused(
          streamName,
          "a source of type udp needs io_uring, and the engine is sendmmsg (the log says why);"
              + " allow io_uring, or let another program write to a pipe");
    }
    if (settings.datagramBytes() > slab.slotBytes() - UdpSourceSettings.HEADER_BYTES) {
      throw refused(
          streamName,
          "datagram-size = %d does not fit into the running buffers.slot-size of %d B; restart to change that"
              .formatted(settings.datagramBytes(), slab.slotBytes()));
    }
    if (wantsTrains && settings.sample() == 1 && !takesTrains(settings)) {
      LOG.info(
          "stream {}: receives single datagrams; buffers.slot-size = 66 KiB or more has room for"
              + " whole trains",
          streamName);
    }
    UdpSocket socket = open(streamName, settings);
    UdpSource source =
        new UdpSource(
            socket,
            slab,
            references,
            capacity,
            settings.datagramBytes(),
            new SourcePrefixes(
                settings.allow().stream()
                    .map(
                        each -> new SourcePrefixes.Prefix(each.address().getAddress(), each.bits()))
                    .toList()),
            settings.sample());
    live.add(source);
    return source;
  }

  /**
   * Whether trains are received as such. Not where one might not fit into a slot, since its end
   * would be lost.
   */
  boolean takesTrains(UdpSourceSettings settings) {
    return wantsTrains
        && settings.sample() == 1
        && slab.slotBytes() >= LONGEST_TRAIN_BYTES + UdpSourceSettings.HEADER_BYTES;
  }

  private UdpSocket open(String streamName, UdpSourceSettings settings) {
    try {
      InetSocketAddress address =
          new InetSocketAddress(
              InetAddress.getByName(settings.listen().host()), settings.listen().port());
      int interfaceIndex = interfaceIndex(settings.interfaceName());
      UdpSocket.Options options =
          new UdpSocket.Options(
              interfaceIndex,
              settings.sources(),
              settings.receiveBufferBytes(),
              takesTrains(settings),
              live.stream().anyMatch(each -> each.address().equals(address)));
      UdpSocket socket = UdpSocket.open(kernel, address, options);
      sayGrant(streamName, settings.receiveBufferBytes(), socket);
      return socket;
    } catch (SocketException refused) {
      throw refused(
          streamName,
          settings.listen() + ": " + refused.getMessage() + hint(refused.error(), settings));
    } catch (IOException failure) {
      throw refused(streamName, String.valueOf(failure.getMessage()));
    }
  }

  private static int interfaceIndex(@Nullable String name) throws IOException {
    if (name == null) {
      return UdpSocket.ANY_INTERFACE;
    }
    NetworkInterface found = NetworkInterface.getByName(name);
    if (found == null) {
      throw new IOException("this machine has no interface " + name);
    }
    return found.getIndex();
  }

  private static String hint(int error, UdpSourceSettings settings) {
    return switch (error) {
      case Errno.EADDRINUSE -> "; another socket has this address (`ss -lunp` shows whose)";
      case Errno.EADDRNOTAVAIL -> "; this machine has no such address (`ip address` shows them)";
      case Errno.EACCES ->
          "; ports below net.ipv4.ip_unprivileged_port_start need CAP_NET_BIND_SERVICE";
      case Errno.ENODEV, Errno.ENETUNREACH ->
          settings.interfaceName() == null
              ? "; no route leads to the group: say on which interface (interface = ...)"
              : "; the interface can't join it (`ip link` shows MULTICAST where one can)";
      default -> "";
    };
  }

  /** The kernel cuts down a receive buffer without a word. */
  private static void sayGrant(String streamName, int wanted, UdpSocket socket) {
    int granted = socket.receiveBufferBytes();
    if (granted >= 0 && granted < wanted) {
      LOG.warn(
          "stream {}: receive-buffer asks for {}, the kernel grants {} (net.core.rmem_max); run"
              + " `sysctl net.core.rmem_max={}`, give the daemon CAP_NET_ADMIN ({}), or ask for"
              + " less",
          streamName,
          LockedMemory.size(wanted),
          LockedMemory.size(granted),
          wanted,
          Capability.CAP_NET_ADMIN.grant());
    }
  }

  private static UncheckedIOException refused(String streamName, String why) {
    return new UncheckedIOException(
        new RefusedSocketException("stream " + streamName + ": " + why));
  }

  /** A source was closed. */
  void closed(UdpSource source) {
    live.remove(source);
  }
}
