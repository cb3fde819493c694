package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.DaemonSummary;
import io.millrace.loadtest.harness.DaemonSummary.Flow;
import io.millrace.loadtest.harness.HarnessException;
import io.millrace.loadtest.harness.Lab;
import io.millrace.loadtest.harness.Namespaces;
import io.millrace.loadtest.harness.ReceiverProcess;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One stream to four targets, of which three fail, each in its own way: a closed port
 * (ECONNREFUSED, until it is given up), a path with a small MTU behind a router (EMSGSIZE, once:
 * then the path's MTU is known), and a device whose queue is full (ENOBUFS). Every failed send is
 * one merged completion, and the books close.
 *
 * @param completion {@code send.completion}, or null: io_uring is forbidden
 */
record ErrorsScenario(String name, @Nullable String completion) implements Scenario {
  private static final int RATE = 1_000;
  private static final int BYTES = 1400;
  private static final String ROUTER = "10.201.78.2";
  private static final String BEHIND_ROUTER = "10.201.79.2";
  private static final String BEHIND_QUEUE = "10.201.80.2";
  private static final int CLOSED_PORT = 9;

  @Override
  public String description() {
    return "%s: ECONNREFUSED, EMSGSIZE and ENOBUFS each count at their target alone"
        .formatted(completion == null ? "io_uring forbidden" : "completion = " + completion);
  }

  private String engine() {
    return completion == null
        ? "engine = auto"
        : "engine = uring, zero-copy = always, completion = " + completion;
  }

  @Override
  public Outcome run(Lab lab, boolean quick) {
    long count = quick ? 2_000 : 10_000;
    Namespaces namespaces = lab.keep(new Namespaces());
    String sender = namespaces.add("tx");
    String router = namespaces.add("router");
    String behind = namespaces.add("behind");
    buildRoutedPath(namespaces, sender, router, behind);
    try {
      buildFullQueue(namespaces, sender);
    } catch (HarnessException refused) {
      return Outcome.skipped(name, "no fq queue here (sch_fq): " + refused.getMessage());
    }
    ReceiverProcess near = receiver(lab, "near", router, ROUTER, count);
    ReceiverProcess far = receiver(lab, "far", behind, BEHIND_ROUTER, count);
    String alive = near.addresses().getFirst();
    String tooLong = far.addresses().getFirst();
    String refused = ROUTER + ":" + CLOSED_PORT;
    String full = BEHIND_QUEUE + ":" + CLOSED_PORT;
    String configuration =
        Configuration.rings(1).with("send { gso = never, %s }".formatted(engine())).stream(
                "four",
                Configuration.generator(BYTES, count),
                Configuration.datagramsPerSecond(RATE),
                List.of(refused, tooLong, full, alive))
            .text();
    @Nullable WithoutIoUring without = completion == null ? WithoutIoUring.of(lab) : null;
    List<String> inside = Namespaces.prefix(sender);
    DaemonSummary summary =
        lab.runDaemon(
            name,
            without == null ? inside : without.prefixAfter(inside),
            configuration,
            Steps.PATIENCE);
    JsonNode nearReceived = near.finish(Steps.LAST_ARRIVALS);
    JsonNode farReceived = far.finish(Steps.LAST_ARRIVALS);

    Outcome outcome = Outcome.of(name, summary, List.of(nearReceived, farReceived));
    long got = nearReceived.path("datagrams").longValue();
    outcome.expect(got == count, "%d of %d came to the living target".formatted(got, count));
    if (without == null) {
      boolean combined = summary.json().path("combined_cqe").asText().equals("native");
      outcome.expectCqes(summary.ringTotal("cqes"), summary.ringTotal("requests"), combined);
    } else {
      without.expectIn(outcome, summary);
    }
    for (Flow flow : summary.flows()) {
      if (flow.target().equals(alive)) {
        outcome.expect(
            flow.droppedDatagrams() == 0, "drops at the living target: " + flow.dropped());
      } else {
        // What the error of another datagram kept is sent again; what follows from it is dropped.
        String again = flow.target().equals(full) ? "sent_again_full" : "sent_again_pending";
        List<String> reasons =
            flow.target().equals(refused)
                ? List.of("ECONNREFUSED", "circuit-open")
                : flow.target().equals(tooLong) ? List.of() : List.of("ENOBUFS", "slow");
        // sendmmsg keeps to itself what comes back for a datagram in the middle of a batch, and the
        // path's MTU comes back only once.
        boolean mayBeNone = without != null && flow.target().equals(tooLong);
        outcome.expect(
            flow.count(again) > 0 || mayBeNone,
            "%s: nothing was sent again".formatted(flow.target()));
        // A batch of sendmmsg meets the last one's ICMP error at its first message, and sends that
        // again before another can come: a closed port may cost nothing at all.
        boolean mayDropNone = without != null && flow.target().equals(refused);
        outcome.expect(
            ((flow.droppedDatagrams() > 0) != reasons.isEmpty() || mayDropNone)
                && reasons.stream().mapToLong(flow::dropped).sum() == flow.droppedDatagrams(),
            "%s: drops are %s, and %s were expected"
                .formatted(flow.target(), flow.dropped(), reasons));
      }
    }
    return outcome;
  }

  private static ReceiverProcess receiver(
      Lab lab, String name, String namespace, String address, long count) {
    return Steps.receiver(
        lab, name, Namespaces.prefix(namespace), address + ":0", 1, count, List.of());
  }

  private static void buildRoutedPath(
      Namespaces namespaces, String sender, String router, String behind) {
    namespaces.link(sender, "tx0", router, "near0", 1500);
    namespaces.link(router, "far0", behind, "rx0", 1000);
    namespaces.address(sender, "tx0", "10.201.78.1/24");
    namespaces.address(router, "near0", ROUTER + "/24");
    namespaces.address(router, "far0", "10.201.79.1/24");
    namespaces.address(behind, "rx0", BEHIND_ROUTER + "/24");
    namespaces.inside(router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    namespaces.step("ip", "-n", sender, "route", "add", "default", "via", ROUTER);
    namespaces.step("ip", "-n", behind, "route", "add", "default", "via", "10.201.79.1");
  }

  /** A link that nobody answers from, behind a queue of few packets that leave slowly. */
  private static void buildFullQueue(Namespaces namespaces, String sender) {
    String silent = namespaces.add("silent");
    namespaces.link(sender, "full0", silent, "rx0", 1500);
    namespaces.address(sender, "full0", "10.201.80.1/24");
    namespaces.step(
        "ip -n %s neighbour replace %s lladdr %s nud permanent dev full0"
            .formatted(sender, BEHIND_QUEUE, namespaces.macOf(silent, "rx0"))
            .split(" ", -1));
    namespaces.inside(
        sender, "tc", "qdisc", "add", "dev", "full0", "root", "fq", "limit", "8", "maxrate",
        "1mbit");
  }
}
