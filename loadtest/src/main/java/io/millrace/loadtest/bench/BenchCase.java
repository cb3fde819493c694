package io.millrace.loadtest.bench;

/** One kind of traffic that both senders are measured on. */
record BenchCase(int bytes, int targets) {
  static final int FIRST_PORT = 20_000;

  String name() {
    return targets == 1 ? bytes + " B" : "%d B to %,d targets".formatted(bytes, targets);
  }
}
