package io.millrace;

import io.millrace.admin.AccessRules;
import io.millrace.admin.AdminServer;
import io.millrace.admin.ApiHandler;
import io.millrace.admin.LiveFeed;
import io.millrace.admin.ServerTls;
import io.millrace.config.AdminSettings;
import io.millrace.config.TlsProblemsException;
import io.millrace.config.TlsSettings;
import io.millrace.metrics.DaemonMetrics;
import io.millrace.metrics.EngineView;
import io.millrace.metrics.StatusReport;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin server with what it serves, in two steps: it is bound before anything is sent, so that
 * an address that is taken refuses the start; the metrics are made, and it answers, when the rings
 * run, so that the first datagram needn't wait for that. Owned by one thread.
 */
final class AdminEnd implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminEnd.class);

  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private final AdminSettings settings;
  private final AdminServer server;
  private final @Nullable AdminTls tls;
  private @Nullable DaemonMetrics metrics;

  private AdminEnd(AdminSettings settings, AdminServer server, @Nullable AdminTls tls) {
    this.settings = settings;
    this.server = server;
    this.tls = tls;
  }

  /**
   * Binds the address.
   *
   * @return null where the server is off
   * @throws StartupException if it can't be bound, or has no usable certificate
   */
  static @Nullable AdminEnd bind(AdminSettings settings) throws StartupException {
    if (!settings.enabled()) {
      return null;
    }
    AdminTls tls = AdminTls.of(settings.tls());
    InetSocketAddress address =
        new InetSocketAddress(settings.listen().host(), settings.listen().port());
    try {
      AdminServer server = bindPatiently(address, tls == null ? null : tls.server());
      return new AdminEnd(settings, server, tls);
    } catch (IOException refused) {
      String why = String.valueOf(refused.getMessage());
      throw new StartupException(
          ExitCode.ENVIRONMENT,
          "admin.listen = %s: %s; choose another address, or admin.enabled = false"
              .formatted(
                  settings.listen(), why.contains("Permission denied") ? why + lowPort() : why));
    }
  }

  /**
   * A successor that begins while the one before it still ends finds the address taken, as it finds
   * the locked memory, and waits as long for it ({@link LockedMemoryWait}).
   */
  private static AdminServer bindPatiently(InetSocketAddress address, @Nullable ServerTls tls)
      throws IOException {
    long beganNs = System.nanoTime();
    while (true) {
      try {
        return AdminServer.bind(address, tls);
      } catch (BindException refused) {
        boolean taken = String.valueOf(refused.getMessage()).contains("already in use");
        if (!taken || System.nanoTime() - beganNs >= LockedMemoryWait.PATIENCE_NS) {
          throw refused;
        }
      }
      LockSupport.parkNanos(PAUSE_NS);
    }
  }

  private static String lowPort() {
    return ": a port below net.ipv4.ip_unprivileged_port_start needs CAP_NET_BIND_SERVICE (%s)"
        .formatted(Capability.CAP_NET_BIND_SERVICE.grant());
  }

  /**
   * Answers from now on.
   *
   * @param troubles what is wrong with the daemon at any time, a sentence each
   */
  void serve(
      EngineView view,
      LiveControl control,
      BooleanSupplier ready,
      Supplier<List<String>> troubles) {
    AccessRules access =
        new AccessRules(settings.listen().host(), settings.control(), settings.tokenFile());
    metrics = new DaemonMetrics(view);
    server.serve(
        metrics,
        ready,
        troubles,
        new ApiHandler(new StatusReport(view), new LiveFeed(view, access), control, access));
    if (tls == null) {
      LOG.info("admin: http://{}", hostPort(address()));
      warnOfToken();
    } else {
      LOG.info("admin: https://{}, {}", hostPort(address()), tls.describe());
    }
  }

  private void warnOfToken() {
    if (settings.control()
        && settings.tokenFile() != null
        && !address().getAddress().isLoopbackAddress()) {
      LOG.warn("admin.token-file: without admin.tls whoever is on the way can read the token");
    }
  }

  /**
   * Reads the files of TLS anew, for a reload.
   *
   * @param problems gets what is wrong with them
   * @return what makes the server use them; does nothing where only a restart would change anything
   */
  Runnable reread(AdminSettings wanted, List<String> problems) {
    TlsSettings files = wanted.tls();
    if (tls == null || files == null) {
      return () -> {};
    }
    try {
      return tls.reread(files);
    } catch (TlsProblemsException bad) {
      bad.problems()
          .forEach(
              each -> problems.add("millrace.admin.tls." + each.key() + ": " + each.message()));
      return () -> {};
    }
  }

  InetSocketAddress address() {
    return server.address();
  }

  private static String hostPort(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  @Override
  public void close() {
    server.close();
    if (metrics != null) {
      metrics.close();
    }
  }
}
