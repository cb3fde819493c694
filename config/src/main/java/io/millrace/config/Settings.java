package io.millrace.config;

import java.util.List;

/**
 * Everything a configuration file says, checked and with every default filled in. Immutable, any
 * thread.
 *
 * @param streams at least one, in the order of their names: HOCON objects have no order of their
 *     own
 */
public record Settings(
    RingSettings rings,
    BufferSettings buffers,
    SendSettings send,
    AdminSettings admin,
    ReloadSettings reload,
    List<StreamSettings> streams) {

  public Settings {
    streams = List.copyOf(streams);
  }
}
