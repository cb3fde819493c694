package io.millrace.loadtest.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.ReceiverProcess;
import io.millrace.loadtest.harness.ReferenceSender;
import io.millrace.loadtest.text.Json;
import io.millrace.loadtest.text.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures what the receiver takes on one core. Single datagrams over loopback can't: the sender
 * pays for the way through the stack and is slower than the receiver. Trains (UDP_SEGMENT) go
 * through it as one and are cut up at the receiving socket, so that each datagram is received
 * singly but sent cheaply. Owned by one thread.
 */
public final class ReceiverBench {
  private static final int BYTES = 1400;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** How the datagrams are sent. */
  private record Load(String name, List<String> arguments) {}

  private static final List<Load> LOADS =
      List.of(
          new Load("singles, as fast as they go", List.of("--op", "send")),
          new Load(
              "400,000/s in trains of 20",
              List.of("--op", "sendmmsg", "--segments", "20", "--batch", "1", "--rate", "400000")),
          new Load(
              "trains of 20, as fast as they go",
              List.of("--op", "sendmmsg", "--segments", "20", "--batch", "4")));

  private final ObjectNode json = Json.object();
  private final Table table =
      new Table(
          "1400-byte datagrams over loopback",
          "sent/s",
          "received/s",
          "lost",
          "lost %",
          "receiver CPU %",
          "received per CPU second");

  private ReceiverBench() {}

  /**
   * Runs each load.
   *
   * @param receiverCpu the receiver's core; the sender has {@code senderCpu}
   */
  public static ReceiverBench run(Lab lab, double seconds, int receiverCpu, int senderCpu) {
    ReferenceSender sender =
        ReferenceSender.build(lab.root(), lab.folder().resolve("reference-sender"));
    ReceiverBench bench = new ReceiverBench();
    ArrayNode loads = bench.json.putArray("receiver_loads");
    for (Load load : LOADS) {
      ReceiverProcess receiver =
          lab.startReceiver(
              "receiver",
              List.of(),
              1,
              List.of(
                  "--listen",
                  "127.0.0.1:0",
                  "--cpu",
                  String.valueOf(receiverCpu),
                  "--idle-timeout",
                  "1s",
                  "--max-seconds",
                  PATIENCE.toSeconds() + "s"));
      List<String> arguments = new ArrayList<>(load.arguments());
      arguments.addAll(List.of("--to", receiver.addresses().getFirst()));
      arguments.addAll(List.of("--size", String.valueOf(BYTES), "--sequenced"));
      arguments.addAll(List.of("--cpu", String.valueOf(senderCpu)));
      arguments.addAll(List.of("--seconds", String.valueOf(seconds)));
      JsonNode sent = sender.run(List.of(), arguments, PATIENCE);
      JsonNode received = receiver.finish(Duration.ofSeconds(10));
      bench.add(load, String.join(" ", arguments), sent, received, loads);
    }
    return bench;
  }

  private void add(Load load, String arguments, JsonNode sent, JsonNode received, ArrayNode loads) {
    long sentDatagrams = sent.path("datagrams").longValue();
    long lost = sentDatagrams - received.path("datagrams").longValue();
    double cpuSeconds =
        received.path("user_seconds").doubleValue() + received.path("system_seconds").doubleValue();
    double seconds = received.path("seconds").doubleValue();
    table.add(
        load.name(),
        "%,.0f".formatted(sentDatagrams / sent.path("seconds").doubleValue()),
        "%,.0f".formatted(received.path("datagrams_per_second").doubleValue()),
        "%,d".formatted(lost),
        "%.2f".formatted(100.0 * lost / sentDatagrams),
        "%.0f".formatted(100 * cpuSeconds / seconds),
        "%,.0f".formatted(received.path("datagrams").longValue() / cpuSeconds));
    ObjectNode entry = loads.addObject();
    entry.put("load", load.name());
    entry.put("sender_arguments", arguments);
    entry.set("sent", sent);
    entry.set("received", received);
  }

  public Table table() {
    return table;
  }

  public ObjectNode json() {
    return json.deepCopy();
  }

  public String markdown() {
    return "# The receiver on one core\n\n"
        + table.toMarkdown()
        + "\n"
        + "Sender and receiver are pinned to a core each. What is lost while the receiver's CPU is"
        + " below 100 % is lost to other work on its core. This doesn't show a network card's"
        + " interrupts, which would cost the receiver too.\n";
  }
}
