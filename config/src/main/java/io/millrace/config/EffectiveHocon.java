package io.millrace.config;

import com.typesafe.config.ConfigUtil;
import io.millrace.config.PaceSettings.BitRate;
import io.millrace.config.PaceSettings.DatagramRate;
import io.millrace.config.PaceSettings.Unlimited;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Settings as HOCON, every key written out. Written from the settings, not rendered from the
 * library's tree: the tree has no defaults for the keys of a stream, its paths are relative to
 * files that the reader of this text may not have, and it has no order.
 */
final class EffectiveHocon {
  private final StringBuilder text = new StringBuilder();
  private String indent = "";

  private EffectiveHocon() {}

  static String of(Settings settings) {
    EffectiveHocon writer = new EffectiveHocon();
    writer.open(HoconFile.ROOT + " {");
    writer.rings(settings.rings());
    writer.buffers(settings.buffers());
    writer.send(settings.send());
    writer.admin(settings.admin());
    writer.reload(settings.reload());
    writer.open("streams {");
    settings.streams().forEach(writer::stream);
    writer.close("}");
    writer.close("}");
    return writer.text.toString();
  }

  private void rings(RingSettings rings) {
    open("rings {");
    line("cpus = " + (rings.cpus().isEmpty() ? "auto" : rings.cpus()));
    line("entries = " + rings.entries());
    line("batch = " + rings.batch());
    line("idle = " + Words.of(rings.idle()));
    line("drain-timeout = " + duration(rings.drainTimeout()));
    close("}");
  }

  private void buffers(BufferSettings buffers) {
    open("buffers {");
    line("slot-size = " + Quantity.SIZE.format(buffers.slotBytes()));
    line("slots-per-ring = " + buffers.slotsPerRing());
    line("huge-pages = " + Words.of(buffers.hugePages()));
    close("}");
  }

  private void send(SendSettings send) {
    open("send {");
    line("engine = " + Words.of(send.engine()));
    line("completion = " + Words.of(send.completion()));
    line("zero-copy = " + Words.of(send.zeroCopy()));
    line("gso = " + Words.of(send.gso()));
    line("combine-flag-bit = " + (send.combineFlagBit() < 0 ? "auto" : send.combineFlagBit()));
    line("send-buffer = " + Quantity.SIZE.format(send.sendBufferBytes()));
    close("}");
  }

  private void admin(AdminSettings admin) {
    open("admin {");
    line("enabled = " + admin.enabled());
    line("listen = " + quote(admin.listen().toString()));
    line("control = " + admin.control());
    Path tokenFile = admin.tokenFile();
    if (tokenFile != null) {
      line("token-file = " + quote(tokenFile.toString()));
    }
    close("}");
  }

  private void reload(ReloadSettings reload) {
    open("reload {");
    line("on-change = " + reload.onChange());
    close("}");
  }

  private void stream(StreamSettings stream) {
    open(ConfigUtil.joinPath(stream.name()) + " {");
    line("source = " + source(stream.source()));
    line("pace = " + pace(stream.pace()));
    open("targets = [");
    stream.targets().forEach(target -> line(target(target)));
    close("]");
    close("}");
  }

  private static String source(SourceSettings source) {
    return switch (source) {
      case FileSourceSettings file ->
          "{ type = file, path = %s, datagram-size = %d, loop = %b }"
              .formatted(quote(file.path().toString()), file.datagramBytes(), file.loop());
      case PipeSourceSettings pipe ->
          "{ type = pipe, path = %s, framing = %s, datagram-size = %d, at-end = %s }"
              .formatted(
                  quote(pipe.path().toString()),
                  Words.of(pipe.framing()),
                  pipe.datagramBytes(),
                  Words.of(pipe.atEnd()));
      case GeneratorSourceSettings generator ->
          "{ type = generator, datagram-size = %d, %ssequenced = %b }"
              .formatted(
                  generator.datagramBytes(),
                  generator.count() == GeneratorSourceSettings.ENDLESS
                      ? ""
                      : "count = " + generator.count() + ", ",
                  generator.sequenced());
    };
  }

  private static String pace(PaceSettings pace) {
    return switch (pace) {
      case Unlimited() -> Rates.UNLIMITED;
      case BitRate(long bitsPerSecond, Duration burst, KernelPacing kernel) ->
          "{ rate = %s, burst = %s, kernel = %s }"
              .formatted(
                  Quantity.BIT_RATE.format(bitsPerSecond), duration(burst), Words.of(kernel));
      case DatagramRate(double datagramsPerSecond, Duration burst, KernelPacing kernel) ->
          "{ datagrams-per-second = %s, burst = %s, kernel = %s }"
              .formatted(
                  Rates.formatDatagramsPerSecond(datagramsPerSecond),
                  duration(burst),
                  Words.of(kernel));
    };
  }

  private static String target(TargetSettings target) {
    List<String> options = new ArrayList<>();
    if (target.ttl() != TargetSettings.KERNEL_DEFAULT) {
      options.add("ttl = " + target.ttl());
    }
    String interfaceName = target.interfaceName();
    if (interfaceName != null) {
      options.add("interface = " + quote(interfaceName));
    }
    if (target.dscp() != TargetSettings.KERNEL_DEFAULT) {
      options.add("dscp = " + target.dscp());
    }
    return options.isEmpty()
        ? quote(target.label())
        : "{ to = %s, %s }".formatted(quote(target.label()), String.join(", ", options));
  }

  private static String duration(Duration duration) {
    return Quantity.DURATION.format(duration.toNanos());
  }

  private static String quote(String value) {
    return ConfigUtil.quoteString(value);
  }

  private void open(String head) {
    line(head);
    indent += "  ";
  }

  private void close(String bracket) {
    indent = indent.substring(2);
    line(bracket);
  }

  private void line(String line) {
    text.append(indent).append(line).append('\n');
  }
}
