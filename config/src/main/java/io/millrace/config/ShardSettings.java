package io.millrace.config;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * {@code millrace.shard}: which of the file's streams this daemon sends, one of several that have
 * the same file. Each stream is sent by one of them.
 *
 * <p>Which one, is by rendezvous hashing on the stream's name: when there is one daemon more, the
 * streams that move all move to it, and when there is one less, only those of the last move.
 *
 * @param index of this daemon, 0..count-1
 * @param count of daemons, 1..10000
 */
public record ShardSettings(int index, int count) {
  /** All streams. */
  public static final ShardSettings WHOLE = new ShardSettings(0, 1);

  /** Whether this daemon sends a stream of this name. */
  public boolean sends(String stream) {
    return count == 1 || shardOf(stream) == index;
  }

  private int shardOf(String stream) {
    int best = 0;
    long most = Long.MIN_VALUE;
    for (int shard = 0; shard < count; shard++) {
      long weight = weight(stream, shard);
      if (weight > most) {
        most = weight;
        best = shard;
      }
    }
    return best;
  }

  /** The same on every machine and in every version: daemons must agree. */
  private static long weight(String stream, int shard) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest((stream + "/" + shard).getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(hash).getLong();
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
