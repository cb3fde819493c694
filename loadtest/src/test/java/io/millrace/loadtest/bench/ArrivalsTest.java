package io.millrace.loadtest.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.loadtest.harness.HarnessException;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
  @Test
  void trainsAreTakenApartByTheirBytes() {
    // As nftables counted 10,000 trains of 40 datagrams of 1400 bytes on 6.18.
    assertThat(new Arrivals(10_000, 560_280_000).datagrams(1400)).isEqualTo(400_000);
  }

  @Test
  void aSingleDatagramIsOne() {
    assertThat(new Arrivals(7, 7 * (64 + 28)).datagrams(64)).isEqualTo(7);
  }

  @Test
  void whatCameBeforeDoesNotCount() {
    Arrivals since = new Arrivals(30, 3_000).since(new Arrivals(10, 1_000));
    assertThat(since).isEqualTo(new Arrivals(20, 2_000));
  }

  @Test
  void theCounterIsReadFromTheFirewallsListing() {
    String listing =
        """
        table netdev millrace {
          chain drop_all {
            type filter hook ingress device "mr-rx" priority filter; policy drop;
            udp length != 12 counter packets 1049435 bytes 1553193180 drop
            udp length 12 accept
            tcp dport { 5000, 5101, 5201 } accept
          }
        }
        """;
    assertThat(NetworkPair.parseCounter(listing)).isEqualTo(new Arrivals(1_049_435, 1_553_193_180));
    assertThatThrownBy(() -> NetworkPair.parseCounter("table netdev millrace { }"))
        .isInstanceOf(HarnessException.class)
        .hasMessageContaining("no counter");
  }
}
