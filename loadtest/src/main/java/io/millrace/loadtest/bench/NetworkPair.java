package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Namespaces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Two network namespaces joined by veth, the second of which drops what is sent at its ingress
 * hook: the cheapest link there is that keeps zero-copy pages uncopied (they are copied only where
 * they would enter the far side's stack). Owned by one thread; {@link #close()} removes both.
 */
public final class NetworkPair implements AutoCloseable {
  static final int MTU = 9000;
  public static final String RECEIVER_ADDRESS = "10.201.77.2";
  static final String SENDER_ADDRESS = "10.201.77.1";
  static final String SENDER_DEVICE = "mr-tx";
  private static final String RECEIVER_DEVICE = "mr-rx";
  private static final int ETHERNET_HEADER_BYTES = 14;
  private static final int LAST_LOOKS = 5;
  private static final Pattern COUNTER = Pattern.compile("packets (\\d+) bytes (\\d+)");

  /**
   * TCP ports of peers that agree on a test before they send: iperf3 5201, nuttcp 5000 and 5101.
   */
  private static final String CONTROL_PORTS = "5000, 5101, 5201";

  /** A UDP header and the 4 bytes with which iperf3 opens its stream and waits for an answer. */
  private static final int GREETING_LENGTH = 12;

  private final Namespaces namespaces;
  private final String sender;
  private final String receiver;
  private boolean countsDrops;

  private NetworkPair(Namespaces namespaces, String sender, String receiver) {
    this.namespaces = namespaces;
    this.sender = sender;
    this.receiver = receiver;
  }

  /**
   * Makes the namespaces and the link.
   *
   * @param folder for the rules
   * @throws HarnessException without root, without {@code ip}, or without a tool that drops at the
   *     ingress hook
   */
  public static NetworkPair open(Path folder) {
    if (!Namespaces.hasTool("nft") && !Namespaces.hasTool("tc")) {
      throw new HarnessException(
          "missing tool: apt-get install -y nftables (or loadtest/bench --install)");
    }
    Namespaces namespaces = new Namespaces();
    try {
      NetworkPair pair = new NetworkPair(namespaces, namespaces.add("tx"), namespaces.add("rx"));
      pair.build(folder);
      return pair;
    } catch (RuntimeException failure) {
      namespaces.close();
      throw failure;
    }
  }

  private void build(Path folder) {
    namespaces.link(sender, SENDER_DEVICE, receiver, RECEIVER_DEVICE, MTU);
    namespaces.address(sender, SENDER_DEVICE, SENDER_ADDRESS + "/24");
    namespaces.address(receiver, RECEIVER_DEVICE, RECEIVER_ADDRESS + "/24");
    // Nobody answers ARP behind the drop.
    neighbour(sender, SENDER_DEVICE, RECEIVER_ADDRESS, receiverMac());
    neighbour(receiver, RECEIVER_DEVICE, SENDER_ADDRESS, namespaces.macOf(sender, SENDER_DEVICE));
    dropTraffic(folder);
  }

  private void neighbour(String namespace, String device, String address, String mac) {
    namespaces.step(
        "ip -n %s neighbour replace %s lladdr %s nud permanent dev %s"
            .formatted(namespace, address, mac, device)
            .split(" ", -1));
  }

  /** The far side's, for a peer that makes its own frames. */
  String receiverMac() {
    return namespaces.macOf(receiver, RECEIVER_DEVICE);
  }

  /** Whether peers that need a conversation first can have it. */
  boolean letsControlThrough() {
    return countsDrops;
  }

  /** What is measured is counted and dropped by the first rule; the others see none of it. */
  private void dropTraffic(Path folder) {
    if (Namespaces.hasTool("nft")) {
      Path rules = folder.resolve("drop.nft");
      try {
        Files.writeString(
            rules,
            """
            table netdev millrace {
              chain drop_all {
                type filter hook ingress device %1$s priority 0; policy drop;
                udp length != %2$d counter drop
                udp length %2$d accept
                tcp dport { %3$s } accept
              }
            }
            """
                .formatted(RECEIVER_DEVICE, GREETING_LENGTH, CONTROL_PORTS));
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
      namespaces.inside(receiver, "nft", "-f", rules.toString());
      countsDrops = true;
      return;
    }
    namespaces.inside(receiver, "tc", "qdisc", "add", "dev", RECEIVER_DEVICE, "clsact");
    namespaces.inside(
        receiver,
        "tc",
        "filter",
        "add",
        "dev",
        RECEIVER_DEVICE,
        "ingress",
        "matchall",
        "action",
        "drop");
  }

  /** What runs a command on the sending side. */
  public List<String> senderPrefix() {
    return Namespaces.prefix(sender);
  }

  /** The name of the namespace on the sending side. */
  public String sender() {
    return sender;
  }

  /** What was run to build it, for the record. */
  List<String> commands() {
    return namespaces.commands();
  }

  /** What runs a command on the far side. */
  List<String> receiverPrefix() {
    return Namespaces.prefix(receiver);
  }

  /**
   * Packets that the sending device has sent so far, as a process on that side sees it; -1 for a
   * process that isn't there yet.
   */
  static long sentBy(long pid) {
    return FirstSecond.sentPackets(Path.of("/proc/" + pid + "/net/dev"), SENDER_DEVICE);
  }

  /**
   * What reached the far side so far. A train passes the hook whole: one packet with one set of
   * headers and all of its datagrams' payloads (seen on 6.18: 10,000 trains of 40 datagrams of 1400
   * B count as 10,000 packets of 56,028 B).
   */
  public Arrivals arrived() {
    if (!countsDrops) {
      long packets = statistic("rx_packets");
      return new Arrivals(packets, statistic("rx_bytes") - ETHERNET_HEADER_BYTES * packets);
    }
    String rules =
        Namespaces.ask(receiver, "nft", "list", "chain", "netdev", "millrace", "drop_all");
    return parseCounter(rules);
  }

  /**
   * Datagrams that reached the far side since {@code before}; waits a little for the last of those
   * that the sender says it has sent.
   */
  long arrivedSince(Arrivals before, int payloadBytes, long sent) {
    long arrived = 0;
    for (int look = 0; look < LAST_LOOKS && arrived < sent; look++) {
      arrived = arrived().since(before).datagrams(payloadBytes);
    }
    return arrived;
  }

  static Arrivals parseCounter(String rules) {
    Matcher matcher = COUNTER.matcher(rules);
    if (!matcher.find()) {
      throw new HarnessException("no counter in: " + rules);
    }
    return new Arrivals(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
  }

  private long statistic(String name) {
    String file = "/sys/class/net/" + RECEIVER_DEVICE + "/statistics/" + name;
    return Long.parseLong(Namespaces.ask(receiver, "cat", file));
  }

  @Override
  public void close() {
    namespaces.close();
  }
}
