package io.millrace.config;

import com.typesafe.config.ConfigUtil;
import io.millrace.config.PaceSettings.BitRate;
import io.millrace.config.PaceSettings.DatagramRate;
import io.millrace.config.PaceSettings.SourceTiming;
import io.millrace.config.PaceSettings.Unlimited;
import io.millrace.config.PcapSourceSettings.Flow;
import io.millrace.config.TsSourceSettings.Rtp;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
    writer.names(settings.names());
    writer.shard(settings.shard());
    writer.open("streams {");
    Stream.concat(settings.streams().stream(), settings.elsewhere().stream())
        .sorted(Comparator.comparing(StreamSettings::name))
        .forEach(stream -> writer.stream(stream, settings.names()));
    writer.close("}");
    writer.close("}");
    return writer.text.toString();
  }

  private void rings(RingSettings rings) {
    open("rings {");
    line("cpus = " + cpus(rings.cpus()));
    line("entries = " + rings.entries());
    line("batch = " + rings.batch());
    line("idle = " + Words.of(rings.idle()));
    line("drain-timeout = " + duration(rings.drainTimeout()));
    sqpoll(rings.sqpoll());
    close("}");
  }

  private void sqpoll(SqPollSettings sqpoll) {
    open("sqpoll {");
    line("enabled = " + sqpoll.enabled());
    line("idle = " + duration(sqpoll.idle()));
    line("cpus = " + cpus(sqpoll.cpus()));
    close("}");
  }

  private static String cpus(List<Integer> cpus) {
    return cpus.isEmpty() ? "auto" : cpus.toString();
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
    TlsSettings tls = admin.tls();
    if (tls != null) {
      tls(tls);
    }
    close("}");
  }

  private void tls(TlsSettings tls) {
    open("tls {");
    line("certificate = " + quote(tls.certificate().toString()));
    line("key = " + quote(tls.key().toString()));
    Path clientCa = tls.clientCa();
    if (clientCa != null) {
      line("client-ca = " + quote(clientCa.toString()));
    }
    close("}");
  }

  private void reload(ReloadSettings reload) {
    open("reload {");
    line("on-change = " + reload.onChange());
    close("}");
  }

  private void names(NameSettings names) {
    open("names {");
    line("refresh = " + duration(names.refresh()));
    line("jitter = " + BigDecimal.valueOf(names.jitter()).toPlainString());
    line("timeout = " + duration(names.timeout()));
    line("addresses = " + Words.of(names.addresses()));
    line("unresolvable = " + Words.of(names.unresolvable()));
    line("family = " + Words.of(names.family()));
    close("}");
  }

  private void shard(ShardSettings shard) {
    open("shard {");
    line("index = " + shard.index());
    line("count = " + shard.count());
    close("}");
  }

  private void stream(StreamSettings stream, NameSettings names) {
    open(ConfigUtil.joinPath(stream.name()) + " {");
    line("source = " + source(stream.source()));
    line("pace = " + pace(stream.pace()));
    open("targets = [");
    stream.targets().forEach(target -> line(target(target, names)));
    close("]");
    line("rings = " + stream.rings());
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
      case TsSourceSettings ts -> ts(ts);
      case PcapSourceSettings pcap -> pcap(pcap);
      case UdpSourceSettings udp -> udp(udp);
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

  private static String ts(TsSourceSettings ts) {
    Rtp rtp = ts.rtp();
    return "{ type = ts, path = %s, packets-per-datagram = %d, loop = %b, pcr-pid = %s, rtp = %b%s }"
        .formatted(
            quote(ts.path().toString()),
            ts.packetsPerDatagram(),
            ts.loop(),
            ts.pcrPid() == TsSourceSettings.AUTO ? "auto" : String.valueOf(ts.pcrPid()),
            rtp.on(),
            rtp.on()
                ? ", rtp-ssrc = %s, rtp-sequence = %s"
                    .formatted(numberOrRandom(rtp.ssrc()), numberOrRandom(rtp.sequence()))
                : "");
  }

  private static String pcap(PcapSourceSettings pcap) {
    Duration loopGap = pcap.loopGap();
    String gap = loopGap == null ? "auto" : duration(loopGap);
    return "{ type = pcap, path = %s, datagram-size = %d, %sloop = %b%s, longest-gap = %s, filter = [%s] }"
        .formatted(
            quote(pcap.path().toString()),
            pcap.datagramBytes(),
            pcap.count() == PcapSourceSettings.ALL ? "" : "count = " + pcap.count() + ", ",
            pcap.loop(),
            pcap.loop() ? ", loop-gap = " + gap : "",
            duration(pcap.longestGap()),
            pcap.filter().stream().map(EffectiveHocon::flow).collect(Collectors.joining(", ")));
  }

  private static String flow(Flow flow) {
    List<String> parts = new ArrayList<>();
    IpPrefix from = flow.from();
    if (from != null) {
      parts.add("from = " + quote(from.toString()));
    }
    if (!flow.fromPorts().equals(PortRange.ANY)) {
      parts.add("from-ports = " + quote(flow.fromPorts().toString()));
    }
    IpPrefix to = flow.to();
    if (to != null) {
      parts.add("to = " + quote(to.toString()));
    }
    if (!flow.toPorts().equals(PortRange.ANY) || parts.isEmpty()) {
      parts.add("to-ports = " + quote(flow.toPorts().toString()));
    }
    return "{ " + String.join(", ", parts) + " }";
  }

  private static String udp(UdpSourceSettings udp) {
    String interfaceName = udp.interfaceName();
    return "{ type = udp, listen = %s, %ssources = %s, allow = %s, datagram-size = %d, sample = %d, receive-buffer = %s }"
        .formatted(
            quote(udp.listen().toString()),
            interfaceName == null ? "" : "interface = " + quote(interfaceName) + ", ",
            udp.sources().stream().map(each -> quote(each.getHostAddress())).toList(),
            udp.allow().stream().map(each -> quote(each.toString())).toList(),
            udp.datagramBytes(),
            udp.sample(),
            Quantity.SIZE.format(udp.receiveBufferBytes()));
  }

  private static String numberOrRandom(long number) {
    return number == Rtp.RANDOM ? "random" : String.valueOf(number);
  }

  private static String pace(PaceSettings pace) {
    return switch (pace) {
      case Unlimited() -> Rates.UNLIMITED;
      case SourceTiming(double speed, Duration burst) ->
          "{ speed = %s, burst = %s }"
              .formatted(Rates.formatDatagramsPerSecond(speed), duration(burst));
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

  private static String target(TargetSettings target, NameSettings names) {
    List<String> options = socket(target.socket());
    NameUse name = target.name();
    if (name != null && name.addresses() != names.addresses()) {
      options.add("addresses = " + Words.of(name.addresses()));
    }
    if (name != null && !name.refresh().equals(names.refresh())) {
      options.add("refresh = " + duration(name.refresh()));
    }
    return options.isEmpty()
        ? quote(target.label())
        : "{ to = %s, %s }".formatted(quote(target.label()), String.join(", ", options));
  }

  private static List<String> socket(SocketSettings socket) {
    List<String> options = new ArrayList<>();
    if (socket.ttl() != SocketSettings.KERNEL_DEFAULT) {
      options.add("ttl = " + socket.ttl());
    }
    String interfaceName = socket.interfaceName();
    if (interfaceName != null) {
      options.add("interface = " + quote(interfaceName));
    }
    if (socket.dscp() != SocketSettings.KERNEL_DEFAULT) {
      options.add("dscp = " + socket.dscp());
    }
    HostPort from = socket.from();
    if (from != null) {
      options.add("from = " + quote(from.toString()));
    }
    if (socket.mark() != SocketSettings.KERNEL_DEFAULT) {
      options.add("mark = " + socket.mark());
    }
    MtuDiscovery mtuDiscovery = socket.mtuDiscovery();
    if (mtuDiscovery != null) {
      options.add("mtu-discovery = " + Words.of(mtuDiscovery));
    }
    if (!socket.multicastLoop()) {
      options.add("multicast-loop = false");
    }
    if (socket.broadcast()) {
      options.add("broadcast = true");
    }
    if (socket.sendBufferBytes() != SocketSettings.KERNEL_DEFAULT) {
      options.add("send-buffer = " + Quantity.SIZE.format(socket.sendBufferBytes()));
    }
    return options;
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
