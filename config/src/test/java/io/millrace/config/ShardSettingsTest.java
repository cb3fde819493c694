package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ShardSettingsTest {
  private static final int STREAMS = 2000;

  @TempDir private Path temp = Path.of("");

  /** The one shard that sends the stream. */
  private static int shardOf(String stream, int count) {
    List<Integer> shards =
        IntStream.range(0, count)
            .filter(index -> new ShardSettings(index, count).sends(stream))
            .boxed()
            .toList();
    assertThat(shards).as(stream).hasSize(1);
    return shards.getFirst();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 16})
  void eachStreamIsOfOneShardAndTheSharesAreAlike(int count) {
    int[] streams = new int[count];
    for (int stream = 0; stream < STREAMS; stream++) {
      streams[shardOf("stream-" + stream, count)]++;
    }
    double fair = (double) STREAMS / count;
    // Five standard deviations of a fair draw.
    double off = 5 * Math.sqrt(fair * (1 - 1.0 / count));
    for (int share : streams) {
      assertThat((double) share).isBetween(fair - off, fair + off);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 15})
  void whatMovesMovesToTheNewShard(int count) {
    int moved = 0;
    for (int stream = 0; stream < STREAMS; stream++) {
      int before = shardOf("stream-" + stream, count);
      int after = shardOf("stream-" + stream, count + 1);
      assertThat(after).isIn(before, count);
      moved += after == before ? 0 : 1;
    }
    assertThat(moved).isBetween(STREAMS / (count + 1) / 2, 2 * STREAMS / (count + 1));
  }

  /** Daemons of different versions share a file while they are being replaced. */
  @Test
  void theChoiceNeverChanges() {
    assertThat(IntStream.range(0, 12).map(stream -> shardOf("tv-" + stream, 5)).boxed())
        .containsExactly(2, 3, 2, 4, 0, 2, 0, 3, 0, 2, 4, 1);
  }

  @Test
  void theFilesStreamsAreDivided() {
    Settings settings =
        new ConfigFolder(temp)
            .settings(
                """
                millrace.shard { index = 1, count = 3 }
                millrace.streams {
                """
                    + IntStream.range(0, 30)
                        .mapToObj(
                            n ->
                                "s%02d { source.type = generator, targets = [\"a:1\"] }%n"
                                    .formatted(n))
                        .reduce("", String::concat)
                    + "}");
    assertThat(settings.shard()).isEqualTo(new ShardSettings(1, 3));
    assertThat(settings.streams()).isNotEmpty();
    assertThat(settings.streams()).allMatch(stream -> shardOf(stream.name(), 3) == 1);
    assertThat(settings.elsewhere()).allMatch(stream -> shardOf(stream.name(), 3) != 1);
    assertThat(settings.streams().size() + settings.elsewhere().size()).isEqualTo(30);
  }
}
