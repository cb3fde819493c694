package io.millrace.jmh;

import io.millrace.counters.RingCounters;
import io.millrace.sender.RequestBooks;
import io.millrace.uring.CompletionMerger;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The completions of a batch of sends, from the completion queue to their end. Times are per
 * request, not per CQE: a request has one or two, and which is what is compared.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 5, // the compiler's decisions differ between runs of a JVM more than times within one
    jvmArgs = { // deploy/millrace's, as far as they bear on this, and no assertions
      "-XX:+UseSerialGC",
      "-Xms32m",
      "-Xmx128m",
      "-XX:ReservedCodeCacheSize=64m",
      "--sun-misc-unsafe-memory-access=allow"
    })
public class ReapMergeBenchmark {
  /** Of every invocation, in as many batches as it takes: JMH wants a constant to divide by. */
  private static final int REQUESTS = 512;

  /** Batches tried before measuring: two rounds of any ring's recurring pair. */
  private static final int BATCHES_TRIED = 4;

  /** The ring, with the completions of batches in it. */
  @State(Scope.Thread)
  public static class Completions {
    @Param public Shape shape = Shape.COMBINED;

    @Param({"32", "512"})
    public int batch;

    @SuppressWarnings("NullAway.Init")
    private RingMemory ring;

    @Setup
    public void layOut() {
      requireDivisor(batch);
      ring = new RingMemory(shape, batch, RequestBooks.cqEntries());
    }
  }

  /** The product's request table, slot references, counters and completion handler. */
  @State(Scope.Thread)
  public static class Product {
    private final RequestBooks books = new RequestBooks();
    private final CompletionMerger merger =
        new CompletionMerger(RequestBooks.capacity(), books.handler());

    /** Shows that what was laid out in advance is about the requests that are in flight then. */
    @Setup
    public void tryOut(Completions completions) {
      for (int number = 0; number < BATCHES_TRIED; number++) {
        books.submit(completions.batch);
        requireSubmitted(books, RingMemory.requestsOfBatch(completions.batch, number));
        completions.ring.post();
        completions.ring.queue().reap(merger);
        books.check(completions.shape.mode());
      }
    }

    @TearDown
    public void check(Completions completions) {
      books.check(completions.shape.mode());
    }
  }

  /** A merger whose completions go nowhere. */
  @State(Scope.Thread)
  public static class Nowhere {
    @SuppressWarnings("NullAway.Init")
    private CompletionMerger merger;

    @Setup
    public void merger(Blackhole blackhole) {
      merger = new CompletionMerger(RequestBooks.capacity(), new NoOpSink(blackhole));
    }
  }

  /** The product's books without a queue: requests end in the order in which the queue has them. */
  @State(Scope.Thread)
  public static class BooksOnly {
    @Param({"32", "512"})
    public int batch;

    private final RequestBooks books = new RequestBooks();

    @SuppressWarnings("NullAway.Init")
    private int[] evenBatch;

    @SuppressWarnings("NullAway.Init")
    private int[] oddBatch;

    private int number;

    @Setup
    public void order() {
      requireDivisor(batch);
      evenBatch = RingMemory.requestsOfBatch(batch, 0);
      oddBatch = RingMemory.requestsOfBatch(batch, 1);
    }

    private int[] nextBatch() {
      return (number++ & 1) == 0 ? evenBatch : oddBatch;
    }

    @TearDown
    public void check() {
      books.check(RingCounters.Mode.COMBINED);
    }
  }

  /** Reaps into the product's completion handler; the requests are booked before, as they must. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void handler(Completions completions, Product product) {
    RingMemory ring = completions.ring;
    int batch = completions.batch;
    for (int left = REQUESTS; left > 0; left -= batch) {
      product.books.submit(batch);
      ring.post();
      ring.queue().reap(product.merger);
    }
  }

  /** Reaps into a sink that does nothing: queue and merger alone. */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void noOp(Completions completions, Nowhere nowhere) {
    RingMemory ring = completions.ring;
    int batch = completions.batch;
    for (int left = REQUESTS; left > 0; left -= batch) {
      ring.post();
      ring.queue().reap(nowhere.merger);
    }
  }

  /**
   * The baseline of {@link #handler}: the same booking and the same handler, called without queue
   * or merger. What handler takes longer is about the price of getting completions out of the ring;
   * about, because a processor overlaps the two.
   */
  @Benchmark
  @OperationsPerInvocation(REQUESTS)
  public void booksOnly(BooksOnly state) {
    RequestBooks books = state.books;
    CompletionMerger.Sink handler = books.handler();
    for (int left = REQUESTS; left > 0; left -= state.batch) {
      books.submit(state.batch);
      for (int request : state.nextBatch()) {
        handler.onCompletion(request, RingMemory.RESULT, CompletionMerger.Form.COMBINED, false);
      }
    }
  }

  private static void requireDivisor(int batch) {
    if (batch < 1 || REQUESTS % batch != 0) {
      throw new IllegalArgumentException("batch=%d doesn't divide %d".formatted(batch, REQUESTS));
    }
  }

  private static void requireSubmitted(RequestBooks books, int[] requests) {
    for (int position = 0; position < requests.length; position++) {
      if (books.submitted(position) != requests[position]) {
        throw new IllegalStateException(
            "request %d is in flight where the ring has CQEs of %d"
                .formatted(books.submitted(position), requests[position]));
      }
    }
  }

  /** Keeps the compiler from dropping the work, at no cost: JMH's blackholes are the compiler's. */
  private static final class NoOpSink implements CompletionMerger.Sink {
    private final Blackhole blackhole;

    private NoOpSink(Blackhole blackhole) {
      this.blackhole = blackhole;
    }

    @Override
    public void onCompletion(int request, int result, CompletionMerger.Form form, boolean copied) {
      blackhole.consume(request);
      blackhole.consume(result);
      blackhole.consume(form);
      blackhole.consume(copied);
    }

    @Override
    public void onControl(long userData, int result) {}
  }
}
