package io.millrace.loadtest.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What a user would take instead, from Debian. Each is told to send as fast as it can, for longer
 * than it is watched.
 */
enum Peer {
  IPERF3("iperf3 -u", "iperf3", "iperf3", 5201) {
    @Override
    List<String> server() {
      return List.of("iperf3", "-s", "-1");
    }

    @Override
    List<String> client(int bytes, int seconds, String receiverMac) {
      return words(
          "iperf3 -u -b 0 -l %d -t %d -c %s"
              .formatted(bytes, seconds, NetworkPair.RECEIVER_ADDRESS));
    }
  },

  SOCKPERF("sockperf throughput", "sockperf", "sockperf", 0) {
    @Override
    List<String> client(int bytes, int seconds, String receiverMac) {
      return words(
          "sockperf throughput -i %s -p %d -m %d -t %d"
              .formatted(NetworkPair.RECEIVER_ADDRESS, BenchCase.FIRST_PORT, bytes, seconds));
    }
  },

  /** Makes whole frames and hands them to the device by a packet socket, past the UDP stack. */
  TRAFGEN("trafgen", "trafgen", "netsniff-ng", 0) {
    @Override
    List<String> client(int bytes, int seconds, String receiverMac) {
      List<String> command = new ArrayList<>(List.of("trafgen", "-o", NetworkPair.SENDER_DEVICE));
      command.addAll(List.of("-P", "1", "--no-sock-mem"));
      if (bytes > TRAFGEN_PLAIN_BYTES) {
        command.add("--jumbo-support");
      }
      command.add(
          "{ eth(da=%s), ipv4(saddr=%s, daddr=%s), udp(sport=9000, dport=%d), fill(0x6d, %d) }"
              .formatted(
                  receiverMac,
                  NetworkPair.SENDER_ADDRESS,
                  NetworkPair.RECEIVER_ADDRESS,
                  BenchCase.FIRST_PORT,
                  bytes));
      return command;
    }
  },

  NUTTCP("nuttcp -u", "nuttcp", "nuttcp", 5000) {
    @Override
    List<String> server() {
      return List.of("nuttcp", "-S", "--nofork");
    }

    @Override
    List<String> client(int bytes, int seconds, String receiverMac) {
      return words(
          "nuttcp -u -Ru -l%d -T%d %s".formatted(bytes, seconds, NetworkPair.RECEIVER_ADDRESS));
    }
  };

  /** Its ring has frames of 2048 bytes otherwise, headers and bookkeeping included. */
  private static final int TRAFGEN_PLAIN_BYTES = 1_800;

  private final String label;
  private final String tool;
  private final String debianPackage;
  private final int controlPort;

  Peer(String label, String tool, String debianPackage, int controlPort) {
    this.label = label;
    this.tool = tool;
    this.debianPackage = debianPackage;
    this.controlPort = controlPort;
  }

  String label() {
    return label;
  }

  String tool() {
    return tool;
  }

  String debianPackage() {
    return debianPackage;
  }

  /** The TCP port that its server listens on; 0: it needs none. */
  int controlPort() {
    return controlPort;
  }

  /** What has to run on the far side first; empty: nothing. */
  List<String> server() {
    return List.of();
  }

  /**
   * The command that sends.
   *
   * @param receiverMac the far side's, for those that make frames
   */
  abstract List<String> client(int bytes, int seconds, String receiverMac);

  private static List<String> words(String line) {
    return List.of(line.split(" ", -1));
  }
}
