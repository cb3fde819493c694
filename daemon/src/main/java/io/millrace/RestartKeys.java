package io.millrace;

import io.millrace.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/** The configuration keys that only a restart changes. */
final class RestartKeys {
  private record Key(String name, Function<Settings, Object> value) {}

  private static final List<Key> RINGS =
      List.of(
          new Key("rings.cpus", settings -> settings.rings().cpus()),
          new Key("rings.entries", settings -> settings.rings().entries()),
          new Key("rings.batch", settings -> settings.rings().batch()),
          new Key("rings.idle", settings -> settings.rings().idle()),
          new Key("rings.drain-timeout", settings -> settings.rings().drainTimeout()),
          new Key("rings.sqpoll", settings -> settings.rings().sqpoll()));
  private static final List<Key> BUFFERS =
      List.of(
          new Key("buffers.slot-size", settings -> settings.buffers().slotBytes()),
          new Key("buffers.slots-per-ring", settings -> settings.buffers().slotsPerRing()),
          new Key("buffers.huge-pages", settings -> settings.buffers().hugePages()));
  private static final List<Key> SEND =
      List.of(
          new Key("send.engine", settings -> settings.send().engine()),
          new Key("send.completion", settings -> settings.send().completion()),
          new Key("send.zero-copy", settings -> settings.send().zeroCopy()),
          new Key("send.gso", settings -> settings.send().gso()),
          new Key("send.combine-flag-bit", settings -> settings.send().combineFlagBit()),
          new Key("send.send-buffer", settings -> settings.send().sendBufferBytes()));
  private static final List<Key> ADMIN =
      List.of(
          new Key("admin.enabled", settings -> settings.admin().enabled()),
          new Key("admin.listen", settings -> settings.admin().listen()),
          new Key("admin.control", settings -> settings.admin().control()),
          new Key("admin.token-file", settings -> String.valueOf(settings.admin().tokenFile())),
          // Whether there is TLS; its files are read with each reload.
          new Key("admin.tls", settings -> settings.admin().tls() != null));

  private RestartKeys() {}

  /** Those in which two configurations differ. */
  static List<String> changed(Settings running, Settings wanted) {
    List<String> changed = new ArrayList<>();
    addChanged(changed, running, wanted, new Key("rings", Settings::rings), RINGS);
    addChanged(changed, running, wanted, new Key("buffers", Settings::buffers), BUFFERS);
    addChanged(changed, running, wanted, new Key("send", Settings::send), SEND);
    addChanged(
        changed,
        running,
        wanted,
        new Key("admin", settings -> settings.admin().withoutTls()),
        ADMIN);
    return changed;
  }

  /** The section itself, where a key of it has changed that has no line above. */
  private static void addChanged(
      List<String> changed, Settings running, Settings wanted, Key section, List<Key> keys) {
    int before = changed.size();
    for (Key key : keys) {
      if (differ(key, running, wanted)) {
        changed.add(key.name);
      }
    }
    if (changed.size() == before && differ(section, running, wanted)) {
      changed.add(section.name);
    }
  }

  private static boolean differ(Key key, Settings running, Settings wanted) {
    return !Objects.equals(key.value.apply(running), key.value.apply(wanted));
  }
}
