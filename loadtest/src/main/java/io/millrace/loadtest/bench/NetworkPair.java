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
 * Two network namespaces joined by veth, the second of which drops everything at its ingress hook:
 * the cheapest link there is that keeps zero-copy pages uncopied (they are copied only where they
 * would enter the far side's stack). Owned by one thread; {@link #close()} removes both.
 */
final class NetworkPair implements AutoCloseable {
  static final int MTU = 9000;
  static final String RECEIVER_ADDRESS = "10.201.77.2";
  private static final String SENDER_ADDRESS = "10.201.77.1";
  private static final String SENDER_DEVICE = "mr-tx";
  private static final String RECEIVER_DEVICE = "mr-rx";
  private static final Pattern COUNTER = Pattern.compile("packets (\\d+)");

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
  static NetworkPair open(Path folder) {
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
    namespaces.step(
        "ip",
        "-n",
        sender,
        "neighbour",
        "replace",
        RECEIVER_ADDRESS,
        "lladdr",
        namespaces.macOf(receiver, RECEIVER_DEVICE),
        "nud",
        "permanent",
        "dev",
        SENDER_DEVICE);
    dropEverything(folder);
  }

  private void dropEverything(Path folder) {
    if (Namespaces.hasTool("nft")) {
      Path rules = folder.resolve("drop.nft");
      try {
        Files.writeString(
            rules,
            """
            table netdev millrace {
              chain drop_all {
                type filter hook ingress device %s priority 0; policy drop;
                counter
              }
            }
            """
                .formatted(RECEIVER_DEVICE));
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
  List<String> senderPrefix() {
    return Namespaces.prefix(sender);
  }

  /** What was run to build it, for the record. */
  List<String> commands() {
    return namespaces.commands();
  }

  /**
   * Packets that the sending device has sent so far, as a process on that side sees it; -1 for a
   * process that isn't there yet.
   */
  static long sentBy(long pid) {
    return FirstSecond.sentPackets(Path.of("/proc/" + pid + "/net/dev"), SENDER_DEVICE);
  }

  /** Packets that reached the far side so far. */
  long arrived() {
    if (!countsDrops) {
      return Long.parseLong(
          Namespaces.ask(
              receiver, "cat", "/sys/class/net/" + RECEIVER_DEVICE + "/statistics/rx_packets"));
    }
    String rules =
        Namespaces.ask(receiver, "nft", "list", "chain", "netdev", "millrace", "drop_all");
    Matcher matcher = COUNTER.matcher(rules);
    if (!matcher.find()) {
      throw new HarnessException("no counter in: " + rules);
    }
    return Long.parseLong(matcher.group(1));
  }

  @Override
  public void close() {
    namespaces.close();
  }
}
