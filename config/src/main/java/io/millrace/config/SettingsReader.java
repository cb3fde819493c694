package io.millrace.config;

import com.typesafe.config.ConfigValue;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code millrace}: from HOCON, already parsed and resolved, to settings. Which keys there are is
 * said by the sections.
 */
final class SettingsReader {
  private SettingsReader() {}

  /** Settings that may be used only if {@code problems} has none. */
  static Settings read(ConfigValue millrace, Problems problems) {
    ObjectReader reader = ObjectReader.of(millrace, HoconFile.ROOT, problems);
    RingSettings rings = RingsSection.read(reader.section("rings"));
    ObjectReader bufferReader = reader.section("buffers");
    BufferSettings buffers = BuffersSection.read(bufferReader);
    // A datagram is compared with the slot it has to fit into only if the slot's size makes sense.
    int maxDatagramBytes =
        bufferReader.sound(BuffersSection.SLOT_SIZE) ? buffers.slotBytes() : Integer.MAX_VALUE;
    SendSettings send = SendSection.read(reader.section("send"), rings.sqpoll().enabled());
    AdminSettings admin = AdminSection.read(reader.section("admin"));
    ReloadSettings reload = ReloadSection.read(reader.section("reload"));
    NameSettings names = NamesSection.read(reader.section("names"));
    ShardSettings shard = ShardSection.read(reader.section("shard"));
    List<StreamSettings> streams =
        StreamsSection.read(reader.section("streams"), maxDatagramBytes, names.use());
    if (streams.isEmpty() && reader.sound("streams")) {
      reader.problem(
          "streams", "has no stream; allowed: at least one, such as streams { news { ... } }");
    }
    reader.rejectUnknownKeys();
    Map<Boolean, List<StreamSettings>> shared =
        streams.stream().collect(Collectors.partitioningBy(stream -> shard.sends(stream.name())));
    return new Settings(
        rings,
        buffers,
        send,
        admin,
        reload,
        names,
        shard,
        shared.getOrDefault(true, List.of()),
        shared.getOrDefault(false, List.of()));
  }
}
