package io.millrace.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.sender.CommandQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The bounded queue of commands: many producers, one consumer. */
public final class CommandQueueStress {
  private CommandQueueStress() {}

  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Nothing was there yet.")
  @Outcome(id = "7, -8", expect = ACCEPTABLE, desc = "The command, whole.")
  @Outcome(expect = FORBIDDEN, desc = "Half a command.")
  @State
  public static class ACommandIsSeenWhole {
    private final CommandQueue queue = new CommandQueue(2);

    @Actor
    public void producer() {
      queue.offer(7, ~7);
    }

    @Actor
    public void consumer(JJ_Result result) {
      queue.drain(
          (command, argument) -> {
            result.r1 = command;
            result.r2 = argument;
          });
    }
  }

  /**
   * r1 and r2: how often each producer's command came out, whole; whatever was not seen meanwhile
   * is drained after.
   */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Each came out once.")
  @Outcome(expect = FORBIDDEN, desc = "One got lost, came twice or came torn.")
  @State
  public static class TwoProducersAndAConsumer {
    private final CommandQueue queue = new CommandQueue(2);
    private int first;
    private int second;

    private void drain() {
      queue.drain(
          (command, argument) -> {
            if (argument != ~command) {
              first = 100;
            } else if (command == 1) {
              first++;
            } else {
              second++;
            }
          });
    }

    @Actor
    public void oneProducer() {
      queue.offer(1, ~1);
    }

    @Actor
    public void anotherProducer() {
      queue.offer(2, ~2);
    }

    @Actor
    public void consumer() {
      drain();
    }

    @Arbiter
    public void after(II_Result result) {
      drain();
      result.r1 = first;
      result.r2 = second;
    }
  }

  /**
   * A cell is handed on to the next round only after its words were read. r2: everything came out
   * whole and in order.
   */
  @JCStressTest
  @Outcome(
      id = {"false, true", "true, true"},
      expect = ACCEPTABLE,
      desc = "Full, or drained in time.")
  @Outcome(expect = FORBIDDEN, desc = "Overtaken or overwritten.")
  @State
  public static class AFullQueueIsNotOverwritten {
    private final CommandQueue queue = new CommandQueue(2);
    private long next = 1;
    private boolean whole = true;

    public AFullQueueIsNotOverwritten() {
      queue.offer(1, ~1);
      queue.offer(2, ~2);
    }

    private void drain() {
      queue.drain(
          (command, argument) -> {
            whole &= command == next && argument == ~command;
            next++;
          });
    }

    @Actor
    public void producer(ZZ_Result result) {
      result.r1 = queue.offer(3, ~3);
    }

    @Actor
    public void consumer() {
      drain();
    }

    @Arbiter
    public void after(ZZ_Result result) {
      drain();
      result.r2 = whole && next == (result.r1 ? 4 : 3);
    }
  }
}
