package io.millrace.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes inputs from inputs, by a seed: the same seed makes the same ones. One thread. */
final class Mutation {
  private static final int MOST_BYTES = 4096;

  private final Random random;
  private final List<byte[]> inputs;
  private final List<String> words;

  Mutation(long seed, FuzzTarget target) {
    random = new Random(seed);
    inputs = target.seeds();
    words = target.words();
  }

  /** An input that differs in one to eight places from one of the seeds, seldom in none. */
  byte[] next() {
    byte[] input = any();
    for (int changes = 1 << random.nextInt(4); changes > 0; changes--) {
      input = changed(input);
    }
    return input.length > MOST_BYTES ? Arrays.copyOf(input, MOST_BYTES) : input;
  }

  private byte[] any() {
    return inputs.get(random.nextInt(inputs.size())).clone();
  }

  private byte[] changed(byte[] input) {
    int from = random.nextInt(input.length + 1);
    int to = Math.min(input.length, from + random.nextInt(16));
    return switch (random.nextInt(7)) {
      case 0 -> spliced(input, from, to, new byte[0]);
      case 1 -> spliced(input, from, from, word());
      case 2 -> spliced(input, from, to, word());
      case 3 -> spliced(input, from, from, Arrays.copyOfRange(input, from, to)); // twice
      case 4 -> spliced(input, from, to, new byte[] {(byte) random.nextInt()});
      case 5 -> {
        byte[] other = any();
        int begin = random.nextInt(other.length + 1);
        yield spliced(input, from, to, Arrays.copyOfRange(other, begin, other.length));
      }
      default -> flipped(input);
    };
  }

  private byte[] word() {
    return words.get(random.nextInt(words.size())).getBytes(StandardCharsets.UTF_8);
  }

  private byte[] flipped(byte[] input) {
    if (input.length > 0) {
      input[random.nextInt(input.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
    }
    return input;
  }

  /** With {@code middle} instead of what is between two positions. */
  private static byte[] spliced(byte[] input, int from, int to, byte[] middle) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(input.length + middle.length);
    out.write(input, 0, from);
    out.writeBytes(middle);
    out.write(input, to, input.length - to);
    return out.toByteArray();
  }
}
