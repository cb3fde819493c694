package io.millrace.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That no request has a thread for ever. */
@Timeout(60)
final class RequestThreadsTest {
  private static final int LONG_MS = 600_000;
  private static final int SHORT_MS = 100;

  /** Waits for ever, unless it is interrupted. */
  private static void hang(CompletableFuture<String> end) {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException interrupted) {
      end.complete("interrupted");
    }
  }

  @Test
  void whoDoesNotEndItsRequestIsInterrupted() throws Exception {
    CompletableFuture<String> end = new CompletableFuture<>();
    try (RequestThreads threads = new RequestThreads(SHORT_MS, LONG_MS)) {
      threads.execute(() -> hang(end));
      assertThat(end.get(30, TimeUnit.SECONDS)).isEqualTo("interrupted");
    }
  }

  @Test
  void whoHasReadItsRequestHasTheTimeOfAnAnswer() throws Exception {
    CompletableFuture<String> end = new CompletableFuture<>();
    CompletableFuture<Boolean> early = new CompletableFuture<>();
    try (RequestThreads threads = new RequestThreads(LONG_MS, SHORT_MS)) {
      threads.execute(
          () -> {
            early.complete(Thread.currentThread().isInterrupted());
            RequestThreads.requestIsRead();
            hang(end);
          });
      assertThat(early.get(30, TimeUnit.SECONDS)).isFalse();
      assertThat(end.get(30, TimeUnit.SECONDS)).isEqualTo("interrupted");
    }
  }

  @Test
  void closingInterruptsAll() throws Exception {
    CompletableFuture<String> end = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    RequestThreads threads = new RequestThreads(LONG_MS, LONG_MS);
    threads.execute(
        () -> {
          begun.countDown();
          hang(end);
        });
    begun.await();
    threads.close();
    assertThat(end.get(30, TimeUnit.SECONDS)).isEqualTo("interrupted");
    CompletableFuture<String> late = new CompletableFuture<>();
    threads.execute(() -> hang(late));
    assertThat(late.get(30, TimeUnit.SECONDS)).isEqualTo("interrupted");
  }

  @Test
  void nobodyElseIsSuchAThread() throws Exception {
    assertThat(RequestThreads.isCurrent()).isFalse();
    RequestThreads.requestIsRead(); // and that is nothing to others
    CompletableFuture<Boolean> inside = new CompletableFuture<>();
    try (RequestThreads threads = new RequestThreads(LONG_MS, LONG_MS)) {
      threads.execute(() -> inside.complete(RequestThreads.isCurrent()));
      assertThat(inside.get(30, TimeUnit.SECONDS)).isTrue();
    }
  }
}
