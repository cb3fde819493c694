package io.millrace.loadtest.bench;

import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.ManagedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

  private final String sender;
  private final String receiver;
  private final List<List<String>> commands = new ArrayList<>();
  private boolean countsDrops;

  private NetworkPair(String sender, String receiver) {
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
    requireTools();
    String name = "millrace-bench-" + ProcessHandle.current().pid();
    NetworkPair pair = new NetworkPair(name + "-tx", name + "-rx");
    try {
      pair.build(folder);
      return pair;
    } catch (RuntimeException failure) {
      pair.close();
      throw failure;
    }
  }

  private static void requireTools() {
    if (!ManagedProcess.run(List.of("id", "-u")).equals("0")) {
      throw new HarnessException("the benchmark makes network namespaces: run it as root");
    }
    List<String> missing = new ArrayList<>();
    if (!has("ip")) {
      missing.add("iproute2");
    }
    if (!has("nft") && !has("tc")) {
      missing.add("nftables");
    }
    if (!missing.isEmpty()) {
      throw new HarnessException(
          "missing tools: apt-get install -y %s (or loadtest/bench --install)"
              .formatted(String.join(" ", missing)));
    }
  }

  static boolean has(String tool) {
    for (String folder : List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin")) {
      if (Files.isExecutable(Path.of(folder, tool))) {
        return true;
      }
    }
    return false;
  }

  private void build(Path folder) {
    step("ip", "netns", "add", sender);
    step("ip", "netns", "add", receiver);
    step(
        "ip",
        "link",
        "add",
        SENDER_DEVICE,
        "netns",
        sender,
        "mtu",
        "" + MTU,
        "type",
        "veth",
        "peer",
        "name",
        RECEIVER_DEVICE,
        "netns",
        receiver,
        "mtu",
        "" + MTU);
    step("ip", "-n", sender, "address", "add", SENDER_ADDRESS + "/24", "dev", SENDER_DEVICE);
    step("ip", "-n", receiver, "address", "add", RECEIVER_ADDRESS + "/24", "dev", RECEIVER_DEVICE);
    for (String namespace : List.of(sender, receiver)) {
      step("ip", "-n", namespace, "link", "set", "lo", "up");
    }
    step("ip", "-n", sender, "link", "set", SENDER_DEVICE, "up");
    step("ip", "-n", receiver, "link", "set", RECEIVER_DEVICE, "up");
    // Nobody answers ARP behind the drop.
    step(
        "ip",
        "-n",
        sender,
        "neighbour",
        "replace",
        RECEIVER_ADDRESS,
        "lladdr",
        macOf(receiver, RECEIVER_DEVICE),
        "nud",
        "permanent",
        "dev",
        SENDER_DEVICE);
    dropEverything(folder);
  }

  private static String macOf(String namespace, String device) {
    String link = ManagedProcess.run(List.of("ip", "-n", namespace, "link", "show", device));
    Matcher matcher = Pattern.compile("link/ether ([0-9a-f:]+)").matcher(link);
    if (!matcher.find()) {
      throw new HarnessException("no MAC address in: " + link);
    }
    return matcher.group(1);
  }

  private void dropEverything(Path folder) {
    if (has("nft")) {
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
      step("ip", "netns", "exec", receiver, "nft", "-f", rules.toString());
      countsDrops = true;
      return;
    }
    step("ip", "netns", "exec", receiver, "tc", "qdisc", "add", "dev", RECEIVER_DEVICE, "clsact");
    step(
        "ip",
        "netns",
        "exec",
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

  private void step(String... command) {
    commands.add(List.of(command));
    ManagedProcess.run(List.of(command));
  }

  /** What runs a command on the sending side. */
  List<String> senderPrefix() {
    return List.of("ip", "netns", "exec", sender);
  }

  /** What was run to build it, for the record. */
  List<String> commands() {
    return commands.stream().map(command -> String.join(" ", command)).toList();
  }

  /** Packets that reached the far side so far. */
  long arrived() {
    if (!countsDrops) {
      return Long.parseLong(
          ManagedProcess.run(
              List.of(
                  "ip",
                  "netns",
                  "exec",
                  receiver,
                  "cat",
                  "/sys/class/net/" + RECEIVER_DEVICE + "/statistics/rx_packets")));
    }
    String rules =
        ManagedProcess.run(
            List.of(
                "ip",
                "netns",
                "exec",
                receiver,
                "nft",
                "list",
                "chain",
                "netdev",
                "millrace",
                "drop_all"));
    Matcher matcher = COUNTER.matcher(rules);
    if (!matcher.find()) {
      throw new HarnessException("no counter in: " + rules);
    }
    return Long.parseLong(matcher.group(1));
  }

  @Override
  public void close() {
    for (String namespace : List.of(sender, receiver)) {
      if (Files.exists(Path.of("/run/netns", namespace))) {
        ManagedProcess.run(List.of("ip", "netns", "delete", namespace));
      }
    }
  }
}
