package io.millrace;

import io.millrace.stream.SlotSink;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands filled slots to the sender thread of a ring. Owned by the filling thread. */
final class ProxySink implements SlotSink {
  private static final Logger LOG = LoggerFactory.getLogger(ProxySink.class);

  private final RingEngine ring;
  private final String streamName;
  private final int streamNumber;

  ProxySink(RingEngine ring, String streamName, int streamNumber) {
    this.ring = ring;
    this.streamName = streamName;
    this.streamNumber = streamNumber;
  }

  @Override
  public boolean filled(int slot, int payloadBytes) {
    return ring.proxy().slotFilled(streamNumber, slot, payloadBytes);
  }

  @Override
  public void noticed(String what) {
    LOG.warn("stream {}: {}", streamName, what);
  }

  @Override
  public boolean ended(@Nullable String failure) {
    if (!ring.proxy().sourceEnded(streamNumber, failure != null)) {
      return false;
    }
    if (failure != null) {
      LOG.error("stream {} ends: {}", streamName, failure);
    }
    return true;
  }
}
