package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.config.NameAddresses;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AddressPlanTest {
  private static final List<InetAddress> NONE = List.of();

  private static List<InetAddress> hosts(int... last) {
    return Arrays.stream(last).mapToObj(host -> InetAddress.ofLiteral("192.0.2." + host)).toList();
  }

  private static AddressPlan first(List<InetAddress> has, List<InetAddress> answer) {
    return AddressPlan.of(NameAddresses.FIRST, has, answer);
  }

  private static AddressPlan all(List<InetAddress> has, List<InetAddress> answer) {
    return AddressPlan.of(NameAddresses.ALL, has, answer);
  }

  @Test
  void firstKeepsWhatTheNameStillHas() {
    assertThat(first(hosts(2), hosts(1, 2))).isEqualTo(new AddressPlan(hosts(2), NONE, false));
  }

  @Test
  void firstTriesTheAnswerInItsOrderWhenItsAddressIsGone() {
    assertThat(first(hosts(3), hosts(2, 1))).isEqualTo(new AddressPlan(NONE, hosts(2, 1), false));
    assertThat(first(NONE, hosts(2, 1))).isEqualTo(new AddressPlan(NONE, hosts(2, 1), false));
  }

  @Test
  void firstKeepsOneOfThoseThatAllHad() {
    assertThat(first(hosts(1, 2, 3), hosts(3, 2)))
        .isEqualTo(new AddressPlan(hosts(2), NONE, false));
  }

  @Test
  void allKeepsWhatIsInBothAndOpensTheRest() {
    assertThat(all(hosts(1, 2), hosts(3, 2))).isEqualTo(new AddressPlan(hosts(2), hosts(3), true));
    assertThat(all(NONE, hosts(1, 2))).isEqualTo(new AddressPlan(NONE, hosts(1, 2), true));
  }
}
