package io.millrace.config;

/**
 * {@code source { type = generator }}: payloads made up by the daemon, for load tests.
 *
 * @param datagramBytes UDP payload bytes of each datagram, 1..65507, at least {@link
 *     #SEQUENCE_HEADER_BYTES} when sequenced
 * @param count datagrams to send, at least 1; {@link #ENDLESS} = until stopped
 * @param sequenced each payload begins with a header: 8-byte sequence number from 0, 8-byte send
 *     time in nanoseconds since the epoch, both big-endian
 */
public record GeneratorSourceSettings(int datagramBytes, long count, boolean sequenced)
    implements SourceSettings {

  /** The {@code count} of a generator that has no end. */
  public static final long ENDLESS = -1;

  /** Bytes of the header of a sequenced payload. */
  public static final int SEQUENCE_HEADER_BYTES = 16;

  @Override
  public String describe() {
    return "generator";
  }
}
