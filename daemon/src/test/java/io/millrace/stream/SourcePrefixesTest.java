package io.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.shim.KernelAbi;
import java.lang.foreign.MemorySegment;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SourcePrefixesTest {
  /** A struct sockaddr_in or sockaddr_in6, at offset 16. */
  private static MemorySegment socketAddress(InetAddress address) {
    ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
    boolean v4 = address instanceof Inet4Address;
    bytes.putShort(16, (short) (v4 ? KernelAbi.AF_INET : KernelAbi.AF_INET6));
    bytes.put(16 + (v4 ? 4 : 8), address.getAddress());
    return MemorySegment.ofArray(bytes.array());
  }

  private static boolean allows(List<SourcePrefixes.Prefix> prefixes, String address) {
    return new SourcePrefixes(prefixes).allows(socketAddress(InetAddress.ofLiteral(address)), 16);
  }

  private static List<SourcePrefixes.Prefix> of(String... prefixes) {
    return Arrays.stream(prefixes)
        .map(each -> each.split("/", 2))
        .map(
            each ->
                new SourcePrefixes.Prefix(
                    InetAddress.ofLiteral(each[0]).getAddress(), Integer.parseInt(each[1])))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0/0, 255.255.255.255, true",
    "0.0.0.0/0, ::1, false",
    "128.0.0.0/1, 128.0.0.1, true",
    "128.0.0.0/1, 127.255.255.255, false",
    "192.0.2.7/32, 192.0.2.7, true",
    "192.0.2.7/32, 192.0.2.6, false",
    "192.0.2.200/24, 192.0.2.1, true",
    "192.0.2.0/24, 192.0.3.1, false",
    "::/0, 2001:db8::1, true",
    "::/0, 10.0.0.1, false",
    "2001:db8::/32, 2001:db8:ffff::1, true",
    "2001:db8::/32, 2001:db9::1, false",
    "2001:db8::/64, 2001:db8:0:0:ffff::1, true",
    "2001:db8::/64, 2001:db8:0:1::1, false",
    "2001:db8::/65, 2001:db8::7fff:0:0:1, true",
    "2001:db8::/65, 2001:db8::8000:0:0:1, false",
    "2001:db8::1/128, 2001:db8::1, true",
    "2001:db8::1/128, 2001:db8::2, false",
  })
  void aPrefixCoversWhatBeginsWithIt(String prefix, String address, boolean allowed) {
    assertThat(allows(of(prefix), address)).isEqualTo(allowed);
  }

  @Test
  void oneOfSeveralIsEnoughAndNoneAllowsAll() {
    assertThat(allows(of("10.0.0.0/8", "2001:db8::/32"), "2001:db8::5")).isTrue();
    assertThat(allows(of("10.0.0.0/8", "2001:db8::/32"), "10.1.2.3")).isTrue();
    assertThat(allows(of("10.0.0.0/8", "2001:db8::/32"), "11.1.2.3")).isFalse();
    assertThat(SourcePrefixes.ALL.isAll()).isTrue();
    assertThat(allows(List.of(), "11.1.2.3")).isTrue();
  }
}
