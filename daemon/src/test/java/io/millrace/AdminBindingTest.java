package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.config.AdminSettings;
import io.millrace.config.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class AdminBindingTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private static AdminSettings listenOn(boolean enabled, int port) {
    return new AdminSettings(enabled, new HostPort("127.0.0.1", port), false, null, null);
  }

  @Test
  void anAddressThatIsTakenRefusesTheStart() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, LOOPBACK);
        AdminBinding binding = AdminBinding.begin(listenOn(true, other.getLocalPort()))) {
      assertThatThrownBy(binding::take)
          .isInstanceOf(StartupException.class)
          .hasMessageContaining("admin.listen = 127.0.0.1:" + other.getLocalPort());
    }
  }

  @Test
  void anAddressThatIsGivenBackInTimeIsTaken() throws Exception {
    AdminBinding begun;
    int port;
    try (ServerSocket other = new ServerSocket(0, 1, LOOPBACK)) {
      port = other.getLocalPort();
      begun = AdminBinding.begin(listenOn(true, port));
      Thread.sleep(150); // the first attempts fail
    }
    try (AdminBinding binding = begun;
        AdminEnd taken = Objects.requireNonNull(binding.take())) {
      assertThat(taken.address().getPort()).isEqualTo(port);
    }
  }

  @Test
  void whatNobodyTookGivesItsAddressBack() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, LOOPBACK)) {
      port = free.getLocalPort();
    }
    try (AdminBinding failedElsewhere = AdminBinding.begin(listenOn(true, port))) {
      assertThat(failedElsewhere).isNotNull();
    }
    try (AdminBinding next = AdminBinding.begin(listenOn(true, port));
        AdminEnd taken = Objects.requireNonNull(next.take())) {
      assertThat(taken.address().getPort()).isEqualTo(port);
    }
  }

  @Test
  void aServerThatIsOffIsNone() throws Exception {
    try (AdminBinding binding = AdminBinding.begin(listenOn(false, 1))) {
      assertThat(binding.take()).isNull();
    }
  }
}
