package io.millrace.config;

/** {@code millrace.shard}. */
final class ShardSection {
  private static final int MAX_COUNT = 10_000;

  private ShardSection() {}

  static ShardSettings read(ObjectReader shard) {
    int count = shard.required("count", ValueKind.integer(1, MAX_COUNT));
    int index = shard.required("index", ValueKind.integer(0, MAX_COUNT - 1));
    if (index >= count && shard.sound("count", "index")) {
      shard.problem(
          "index",
          "%d is no shard of count = %d; allowed: 0 to %d".formatted(index, count, count - 1));
    }
    shard.rejectUnknownKeys();
    return new ShardSettings(index, count);
  }
}
