package io.millrace.sender;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

final class CommandQueueTest {
  private final List<String> seen = new ArrayList<>();

  private void see(long command, long argument) {
    seen.add(command + "/" + argument);
  }

  @Test
  void commandsComeOutInTheOrderInWhichTheyWentIn() {
    CommandQueue queue = new CommandQueue(4);
    assertThat(queue.isEmpty()).isTrue();
    for (int round = 0; round < 3; round++) {
      assertThat(queue.offer(1, 10)).isTrue();
      assertThat(queue.offer(2, 20)).isTrue();
      assertThat(queue.offer(3, 30)).isTrue();
      assertThat(queue.isEmpty()).isFalse();
      assertThat(queue.drain(this::see)).isEqualTo(3);
      assertThat(seen).containsExactly("1/10", "2/20", "3/30");
      assertThat(queue.isEmpty()).isTrue();
      seen.clear();
    }
    assertThat(queue.drain(this::see)).isZero();
  }

  @Test
  void aFullQueueTakesNoMoreUntilItIsDrained() {
    CommandQueue queue = new CommandQueue(4);
    for (int command = 0; command < 4; command++) {
      assertThat(queue.offer(command, 0)).isTrue();
    }
    assertThat(queue.offer(4, 0)).isFalse();
    assertThat(queue.drain(this::see)).isEqualTo(4);
    assertThat(queue.offer(5, 0)).isTrue();
    queue.drain(this::see);
    assertThat(seen).containsExactly("0/0", "1/0", "2/0", "3/0", "5/0");
  }

  @Test
  void producersCannotKeepTheConsumerBusyForMoreThanARound() {
    CommandQueue queue = new CommandQueue(4);
    queue.offer(0, 0);
    int drained = queue.drain((command, argument) -> queue.offer(command + 1, 0));
    assertThat(drained).isEqualTo(4);
    assertThat(queue.isEmpty()).isFalse();
  }

  @Test
  void wordsOfACommandAreUnpackedAsTheyWerePacked() {
    for (int verb : new int[] {Command.SLOT_FILLED, Command.RATE_DATAGRAMS, 0xFF}) {
      for (int stream : new int[] {0, 1, 0xFF_FFFF}) {
        for (int slot : new int[] {0, 1, 65_535, Integer.MAX_VALUE}) {
          long command = Command.of(verb, stream, slot);
          assertThat(Command.verb(command)).isEqualTo(verb);
          assertThat(Command.stream(command)).isEqualTo(stream);
          assertThat(Command.slot(command)).isEqualTo(slot);
        }
      }
    }
  }

  /** Each producer counts up; the consumer must see each count up, whole, and lose none. */
  @Test
  void manyProducersLoseNothingAndKeepTheirOrder() throws Exception {
    int producers = 3;
    int perProducer = 200_000;
    CommandQueue queue = new CommandQueue(16);
    long[] next = new long[producers];
    long[] torn = new long[1];
    List<Future<?>> done = new ArrayList<>();
    try (ExecutorService executor = Executors.newFixedThreadPool(producers)) {
      for (int producer = 0; producer < producers; producer++) {
        long number = producer;
        done.add(executor.submit(() -> produce(queue, number, perProducer)));
      }
      long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      long left = (long) producers * perProducer;
      while (left > 0) {
        int drained =
            queue.drain(
                (command, argument) -> {
                  int producer = (int) (command >>> 32);
                  long count = command & 0xFFFF_FFFFL;
                  if (argument != ~command || count != next[producer]) {
                    torn[0]++;
                  }
                  next[producer] = count + 1;
                });
        left -= drained;
        if (drained == 0) {
          assertThat(System.nanoTime() - deadlineNs).as("time left").isNegative();
          LockSupport.parkNanos(1000);
        }
      }
    }
    for (Future<?> future : done) {
      future.get();
    }
    assertThat(torn[0]).as("commands that were torn, lost or out of order").isZero();
    assertThat(next).containsOnly(perProducer);
    assertThat(queue.isEmpty()).isTrue();
  }

  private static void produce(CommandQueue queue, long producer, int count) {
    for (long sent = 0; sent < count; ) {
      long command = producer << 32 | sent;
      if (queue.offer(command, ~command)) {
        sent++;
      } else {
        LockSupport.parkNanos(1000);
      }
    }
  }
}
