package io.millrace.config;

import java.util.List;

/**
 * Everything a configuration file says, checked and with every default filled in. Immutable, any
 * thread.
 *
 * @param streams those of this daemon's shard, in the order of their names: HOCON objects have no
 *     order of their own
 * @param elsewhere those that other shards send, in the same order; of both together there is at
 *     least one
 */
public record Settings(
    RingSettings rings,
    BufferSettings buffers,
    SendSettings send,
    AdminSettings admin,
    ReloadSettings reload,
    NameSettings names,
    ShardSettings shard,
    List<StreamSettings> streams,
    List<StreamSettings> elsewhere) {

  public Settings {
    streams = List.copyOf(streams);
    elsewhere = List.copyOf(elsewhere);
  }
}
