package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.admin.AdminClient;
import io.millrace.config.ConfigLoader;
import io.millrace.config.ConfigProblemsException;
import io.millrace.names.NameLookup;
import io.millrace.names.ScriptedLookup;
import io.millrace.shim.NativeKernel;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Targets that are names, in a daemon on loopback that asks a resolver with scripted answers. */
@Timeout(120)
final class FollowedNamesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long POLL_NS = 2_000_000;
  private static final int BYTES = 64;
  private static final int RATE = 2000;

  @TempDir private Path folder = Path.of("");
  private final ScriptedLookup lookup = new ScriptedLookup();
  private final Arrivals one;
  private final Arrivals two;
  private @Nullable Daemon daemon;

  FollowedNamesTest() throws IOException {
    one = new Arrivals("127.0.0.1", 0);
    two = new Arrivals("127.0.0.2", one.port());
  }

  @AfterEach
  void close() {
    if (daemon != null) {
      daemon.close();
    }
    one.socket.close();
    two.socket.close();
  }

  /** The sequence numbers that come to one address. */
  private static final class Arrivals implements Runnable {
    private final DatagramSocket socket;
    private final List<Long> numbers = new ArrayList<>();

    Arrivals(String host, int port) throws IOException {
      socket = new DatagramSocket(new InetSocketAddress(host, port));
      socket.setReceiveBufferSize(1 << 20);
      Thread.ofPlatform().daemon().start(this);
    }

    int port() {
      return socket.getLocalPort();
    }

    @Override
    public void run() {
      DatagramPacket packet = new DatagramPacket(new byte[BYTES], BYTES);
      try {
        while (true) {
          socket.receive(packet);
          synchronized (numbers) {
            numbers.add(ByteBuffer.wrap(packet.getData()).getLong());
          }
        }
      } catch (IOException closed) {
        // The test is over.
      }
    }

    List<Long> numbers() {
      synchronized (numbers) {
        return List.copyOf(numbers);
      }
    }

    int count() {
      synchronized (numbers) {
        return numbers.size();
      }
    }

    void awaitMore() {
      int before = count();
      await(() -> count() > before + 5);
    }
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(POLL_NS);
    }
  }

  private static String stream(String name, String targets) {
    return """
    streams.%s {
      source { type = generator, datagram-size = %d, sequenced = true }
      pace = %d/s
      targets = [ %s ]
    }
    """
        .formatted(name, BYTES, RATE, targets);
  }

  private String target(String name) {
    return "\"" + name + ":" + one.port() + "\"";
  }

  private Path write(String names, String streams) throws IOException {
    return Files.writeString(
        folder.resolve("millrace.conf"),
        """
        millrace {
          admin { listen = "127.0.0.1:0", control = true }
          rings.cpus = [ %d ]
          names { refresh = 100 ms, %s }
          %s
        }
        """
            .formatted(CpuPlan.allowedCpus(NativeKernel.load()).getLast(), names, streams));
  }

  private Daemon start(NameLookup resolver, String names, String streams)
      throws IOException, StartupException, ConfigProblemsException {
    Path file = write(names, streams);
    daemon = Daemon.start(ConfigLoader.load(file), () -> ConfigLoader.load(file), resolver);
    return daemon;
  }

  private Daemon running() {
    if (daemon == null) {
      throw new AssertionError("not started");
    }
    return daemon;
  }

  private AdminClient admin() {
    InetSocketAddress address = running().adminAddress();
    if (address == null) {
      throw new AssertionError("no admin server");
    }
    return new AdminClient("127.0.0.1:" + address.getPort());
  }

  /** What the API says of a target; the first of that label. */
  private JsonNode view(String label) {
    try {
      for (JsonNode target : JSON.readTree(admin().get("/api/v1/targets").body())) {
        if (target.path("target").asText().equals(label)) {
          return target;
        }
      }
      return JSON.missingNode();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private String label(String name) {
    return name + ":" + one.port();
  }

  private List<String> addresses(String name) {
    List<String> addresses = new ArrayList<>();
    view(label(name))
        .path("addresses")
        .forEach(each -> addresses.add(each.path("address").asText()));
    return addresses;
  }

  private void awaitAddresses(String name, String... hosts) {
    List<String> wanted = new ArrayList<>();
    for (String host : hosts) {
      wanted.add(host + ":" + one.port());
    }
    await(() -> addresses(name).equals(wanted));
  }

  private double metric(String line) throws IOException {
    String text = admin().get("/metrics").body();
    return text.lines()
        .filter(each -> each.startsWith(line + " "))
        .mapToDouble(each -> Double.parseDouble(each.substring(line.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + line + " in\n" + text));
  }

  /** Stops the stream, and checks that what it sent came, each number once. */
  private void assertNothingMissingOrTwice(String stream, String label) throws IOException {
    admin().post("/api/v1/streams/" + stream + "/pause", "");
    await(
        () -> {
          JsonNode view = view(label);
          return view.path("offered").asLong() > 0
              && view.path("offered").asLong() == view.path("datagrams").asLong()
              && one.count() + two.count() == view.path("datagrams").asLong();
        });
    List<Long> all = new ArrayList<>(one.numbers());
    all.addAll(two.numbers());
    all.sort(Long::compare);
    for (int number = 0; number < all.size(); number++) {
      assertThat(all.get(number)).isEqualTo(number);
    }
    assertThat(view(label).path("dropped")).isEmpty();
  }

  @Test
  void twentySwapsSkipAndRepeatNothing() throws Exception {
    lookup.answer("media", "127.0.0.1");
    start(lookup, "", stream("s", target("media")));
    one.awaitMore();
    for (int swap = 1; swap <= 20; swap++) {
      boolean odd = swap % 2 == 1;
      lookup.answer("media", odd ? "127.0.0.2" : "127.0.0.1");
      (odd ? two : one).awaitMore();
    }
    assertNothingMissingOrTwice("s", label("media"));
    assertThat(metric("millrace_name_changes_total{name=\"media\"}")).isEqualTo(20);
    assertThat(one.numbers()).as("in order").isSorted();
    assertThat(two.numbers()).as("in order").isSorted();
  }

  @Test
  void firstStaysWhereItIsAsLongAsTheNameHasThatAddress() throws Exception {
    lookup.answer("media", "127.0.0.1", "127.0.0.2");
    start(lookup, "", stream("s", target("media")));
    one.awaitMore();
    lookup.answer("media", "127.0.0.2", "127.0.0.3", "127.0.0.1");
    int asked = lookup.asked().size();
    await(() -> lookup.asked().size() > asked + 2);
    assertThat(addresses("media")).containsExactly(label("127.0.0.1"));
    assertThat(two.count()).isZero();
  }

  @Test
  void allSendsToEachAddressAndTheBooksOutliveThem() throws Exception {
    lookup.answer("media", "127.0.0.1", "127.0.0.2");
    start(lookup, "addresses = all", stream("s", target("media")));
    one.awaitMore();
    two.awaitMore();
    lookup.answer("media", "127.0.0.2");
    awaitAddresses("media", "127.0.0.2");
    int left = one.count();
    two.awaitMore();
    lookup.answer("media", "127.0.0.1", "127.0.0.2");
    awaitAddresses("media", "127.0.0.2", "127.0.0.1");
    one.awaitMore();
    assertThat(one.count()).isGreaterThan(left);
    admin().post("/api/v1/streams/s/pause", "");
    await(
        () -> {
          JsonNode view = view(label("media"));
          return view.path("offered").asLong() == view.path("datagrams").asLong()
              && one.count() + two.count() == view.path("datagrams").asLong();
        });
    assertThat(two.numbers())
        .as("missed nothing")
        .doesNotHaveDuplicates()
        .hasSize((int) (two.numbers().getLast() + 1));
    assertThat(metric("millrace_target_addresses{stream=\"s\",target=\"" + label("media") + "\"}"))
        .isEqualTo(2);
  }

  @Test
  void failureKeepsTheLastGoodAddressAndIsCounted() throws Exception {
    lookup.answer("media", "127.0.0.1");
    start(lookup, "", stream("s", target("media")));
    one.awaitMore();
    lookup.answer("media");
    String failures = "millrace_name_lookups_total{name=\"media\",result=\"failure\"}";
    while (metric(failures) < 2) {
      LockSupport.parkNanos(POLL_NS);
    }
    one.awaitMore();
    assertThat(metric("millrace_name_last_success_timestamp_seconds{name=\"media\"}")).isPositive();
    lookup.answer("media", "127.0.0.2");
    two.awaitMore();
    assertNothingMissingOrTwice("s", label("media"));
  }

  @Test
  void startIsRefusedByANameThatCannotBeResolved() {
    assertThatThrownBy(() -> start(lookup, "", stream("s", "\"127.0.0.1:9\", " + target("nobody"))))
        .isInstanceOfSatisfying(
            StartupException.class,
            refused -> assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE))
        .hasMessageContaining(
            "millrace.streams.s: target %s: the name can't be resolved".formatted(label("nobody")));
  }

  @Test
  void targetJoinsAndStreamBeginsWhenTheNameIsResolved() throws Exception {
    start(
        lookup,
        "unresolvable = retry",
        stream("beside", "\"127.0.0.1:%d\", %s".formatted(one.port(), target("later")))
            + stream("alone", "\"later:%d\"".formatted(two.port())));
    one.awaitMore();
    assertThat(view(label("later")).path("state").asText()).isEqualTo("waiting");
    JsonNode alone = stream("alone");
    assertThat(alone.path("state").asText()).isEqualTo("waiting");
    assertThat(alone.path("datagrams").asLong()).isZero();
    String gauge = "millrace_target_addresses{stream=\"alone\",target=\"%s\"}";
    assertThat(metric(gauge.formatted(label("later")))).isZero();
    // A pause and its end change nothing about that.
    admin().post("/api/v1/streams/alone/pause", "");
    admin().post("/api/v1/streams/alone/resume", "");

    lookup.answer("later", "127.0.0.2");
    two.awaitMore();
    await(() -> stream("alone").path("state").asText().equals("running"));
    assertThat(metric(gauge.formatted(label("later")))).isEqualTo(1);
    await(() -> two.numbers().contains(0L));
    // It begins at its first datagram.
    await(() -> two.numbers().contains(20L));
    assertThat(two.numbers()).contains(0L, 1L, 2L, 3L, 4L, 5L);
  }

  private JsonNode stream(String name) {
    try {
      for (JsonNode stream : JSON.readTree(admin().get("/api/v1/streams").body())) {
        if (stream.path("stream").asText().equals(name)) {
          return stream;
        }
      }
      return JSON.missingNode();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  @Test
  void reloadChangesHowANameIsUsedInPlace() throws Exception {
    lookup.answer("media", "127.0.0.1", "127.0.0.2");
    start(lookup, "", stream("s", target("media")));
    one.awaitMore();
    write("addresses = all", stream("s", target("media")));
    assertThat(running().reload("the test").message()).contains("1 changed in place");
    two.awaitMore();
    awaitAddresses("media", "127.0.0.1", "127.0.0.2");
    write("addresses = first", stream("s", target("media")));
    running().reload("the test");
    awaitAddresses("media", "127.0.0.1");
    one.awaitMore();
    List<Long> numbers = one.numbers();
    for (int number = 0; number < numbers.size(); number++) {
      assertThat(numbers.get(number)).isEqualTo(number);
    }
  }

  @Test
  void targetThatIsANameIsAddedAndRemovedLive() throws Exception {
    lookup.answer("more", "127.0.0.2");
    start(lookup, "", stream("s", target("127.0.0.1")));
    one.awaitMore();
    assertThat(
            admin()
                .post("/api/v1/streams/s/targets/add", target("nobody").replace("\"", ""))
                .body())
        .contains("can't be resolved");
    admin().post("/api/v1/streams/s/targets/add", label("more"));
    two.awaitMore();
    assertThat(lookup.asked()).contains("nobody", "more");
    admin().post("/api/v1/streams/s/targets/remove", label("more"));
    await(() -> view(label("more")).isMissingNode());
    JsonNode removed = JSON.readTree(admin().get("/api/v1/status").body()).path("removed");
    assertThat(removed).hasSize(1);
    await(() -> two.count() == removed.get(0).path("datagrams").asLong());
    assertThat(removed.get(0).path("offered")).isEqualTo(removed.get(0).path("datagrams"));
  }

  @Test
  void slowNameHoldsUpNothingElse() throws Exception {
    CountDownLatch answers = new CountDownLatch(1);
    NameLookup slow =
        name -> {
          try {
            answers.await();
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
          return lookup.addresses(name);
        };
    start(slow, "timeout = 30 s", stream("s", target("127.0.0.1")));
    lookup.answer("slow", "127.0.0.2");
    write("timeout = 30 s", stream("s", target("127.0.0.1") + ", " + target("slow")));
    Thread reload = Thread.ofVirtual().start(() -> running().reload("the test"));
    one.awaitMore();
    assertThat(admin().post("/api/v1/streams/s/pause", "").status()).isEqualTo(200);
    assertThat(admin().post("/api/v1/streams/s/resume", "").status()).isEqualTo(200);
    assertThat(reload.isAlive()).as("it waits for the name").isTrue();
    answers.countDown();
    reload.join();
    two.awaitMore();
  }
}
