package io.millrace.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.counters.StreamCounters;
import io.millrace.counters.TargetCounters;
import io.millrace.metrics.DaemonMetrics;
import io.millrace.metrics.EngineView;
import io.millrace.metrics.EngineView.StreamView;
import io.millrace.metrics.EngineView.TargetView;
import io.millrace.metrics.EngineViews;
import io.millrace.metrics.StatusReport;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A client that reads none of its events: its thread waits in a write that doesn't end, and must
 * not do so for ever. Real sockets, events of some 30 kB, two hundred a second so that the kernel's
 * buffers are full soon.
 */
@Timeout(60)
final class SlowListenerTest {
  private static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final int STREAMS = 100;

  /** Of an answer that is complete. */
  private static final String LAST_CHUNK = "0\r\n\r\n";

  private static EngineView manyStreams() {
    EngineView some = new EngineViews().view();
    List<StreamView> streams = new ArrayList<>();
    for (int number = 0; number < STREAMS; number++) {
      StreamCounters counters = new StreamCounters();
      streams.add(
          new StreamView(
              "stream-" + number,
              0,
              "generator",
              counters,
              OptionalLong.empty(),
              List.of(new TargetView("127.0.0.1:" + number, new TargetCounters(), counters, 0))));
    }
    return new EngineView("1", "r", "6", "none", "uring", "because", some.rings(), streams);
  }

  private static Socket listen(AdminServer server, int receiveBytes) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(receiveBytes);
    socket.connect(server.address());
    socket
        .getOutputStream()
        .write(
            "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  @Test
  void whoReadsNothingIsCutOffAndTheOthersGoOn() throws Exception {
    EngineView view = manyStreams();
    AccessRules access = new AccessRules("127.0.0.1", false, null);
    LiveFeed feed = new LiveFeed(view, access, INTERVAL_NS);
    ApiHandler api = new ApiHandler(new StatusReport(view), feed, new RecordingControl(), access);
    try (DaemonMetrics metrics = new DaemonMetrics(view);
        AdminServer server =
            AdminServer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null)
                .serve(metrics, () -> true, List::of, api);
        Socket stalled = listen(server, 1024);
        Socket reading = listen(server, 1 << 20)) {
      InputStream events = reading.getInputStream();
      byte[] buffer = new byte[1 << 16];
      await(feed, 2, events, buffer);
      await(feed, 1, events, buffer);
      assertThat(events.read(buffer)).as("the other listener").isPositive();
      // Had its thread still been writing, it would now find that it is to end, and do so in order.
      assertThat(end(stalled)).as("cut off in the middle").isNotEqualTo(LAST_CHUNK);
    }
  }

  /** Reads on meanwhile, so that the one who reads isn't too slow. */
  private static void await(LiveFeed feed, int listeners, InputStream events, byte[] buffer)
      throws IOException {
    while (feed.listeners() != listeners) {
      if (events.read(buffer) < 0) {
        throw new AssertionError("cut off though it reads");
      }
    }
  }

  /** Reads what was under way, to the end of the connection; returns the last of it. */
  private static String end(Socket socket) {
    String last = "";
    byte[] buffer = new byte[1 << 16];
    try {
      InputStream in = socket.getInputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        String text = last + new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
        last = text.substring(Math.max(0, text.length() - LAST_CHUNK.length()));
      }
    } catch (IOException reset) {
      // Also an end.
    }
    return last;
  }
}
