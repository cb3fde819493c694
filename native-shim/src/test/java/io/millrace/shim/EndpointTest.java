package io.millrace.shim;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EndpointTest {
  private final Arena arena = Arena.ofAuto();

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 1",
    "239.255.255.250, 65535",
    "0.0.0.0, 0",
    "::1, 32768",
    "2001:db8::ff00:42:8329, 5004",
    "ff02::1, 9",
  })
  void addressesComeBackAsTheyWere(String literal, int port) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(literal), port);
    assertThat(Endpoint.toAddress(Endpoint.of(address, arena))).isEqualTo(address);
  }

  @Test
  void theScopeOfALinkLocalAddressIsKept() throws UnknownHostException {
    byte[] bytes = InetAddress.ofLiteral("fe80::1").getAddress();
    InetSocketAddress address =
        new InetSocketAddress(Inet6Address.getByAddress(null, bytes, 7), 5004);
    InetSocketAddress back = Endpoint.toAddress(Endpoint.of(address, arena));
    assertThat(((Inet6Address) back.getAddress()).getScopeId()).isEqualTo(7);
    assertThat(back.getAddress().getAddress()).isEqualTo(bytes);
  }

  /** struct mr_endpoint: family, port in the machine's order, scope, address. */
  @Test
  void theLayoutIsTheShims() {
    MemorySegment endpoint =
        Endpoint.of(new InetSocketAddress(InetAddress.ofLiteral("10.1.2.3"), 0x1234), arena);
    assertThat(endpoint.toArray(JAVA_BYTE))
        .startsWith(2, 0, 0x34, 0x12, 0, 0, 0, 0, 10, 1, 2, 3)
        .hasSize(KernelAbi.MR_ENDPOINT_SIZE);
  }

  @Test
  void anAddressThatIsNotResolvedIsRefused() {
    InetSocketAddress unresolved = InetSocketAddress.createUnresolved("nowhere.invalid", 1);
    assertThatThrownBy(() -> Endpoint.of(unresolved, arena))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("not resolved");
  }
}
