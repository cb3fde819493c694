package io.millrace.cli;

import io.millrace.ExitCode;
import io.millrace.StartupException;
import io.millrace.admin.AdminClient;
import io.millrace.admin.ClientTls;
import io.millrace.admin.TlsContexts.Identity;
import io.millrace.config.AdminSettings;
import io.millrace.config.HostPort;
import io.millrace.config.TlsMaterial;
import io.millrace.config.TlsProblemsException;
import io.millrace.config.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The daemon that {@code ctl} talks to.
 *
 * @param url host and port, with https:// before it where it is that, for people
 */
record CtlPeer(String url, AdminClient client) {
  static final String DEFAULT_ADDRESS = "127.0.0.1:9464";
  static final String ADDRESS_VARIABLE = "MILLRACE_ADMIN";
  static final String CA_VARIABLE = "MILLRACE_CA";

  private static final String HTTP = "http://";
  private static final String HTTPS = "https://";

  /**
   * What was said of it on the command line; null: nothing.
   *
   * @param admin HOST:PORT, or a URL without a path
   * @param config the daemon's configuration
   * @param tokenFile with the token in its first line
   * @param ca certificates to trust, PEM
   * @param certificate to show, PEM
   * @param key of that certificate, PEM
   */
  record Said(
      @Nullable String admin,
      @Nullable Path config,
      @Nullable Path tokenFile,
      @Nullable Path ca,
      @Nullable Path certificate,
      @Nullable Path key) {}

  /** The address, and whether TLS was asked for with it. */
  private record Address(String hostPort, boolean tls) {}

  /**
   * Finds out where it is, and how it is talked to.
   *
   * @throws StartupException if what was said doesn't tell, or a file can't be used
   */
  static CtlPeer of(Said said) throws StartupException {
    if (said.admin != null && said.config != null) {
      throw bad("--admin and --config exclude each other");
    }
    AdminSettings settings =
        said.config == null ? null : ConfigFiles.load(said.config).settings().admin();
    Address address = settings == null ? written(said.admin) : configured(settings);
    String caVariable = System.getenv(CA_VARIABLE);
    Path ca = said.ca == null && caVariable != null ? Path.of(caVariable) : said.ca;
    TlsSettings configured = settings == null ? null : settings.tls();
    ClientTls tls =
        address.tls || said.ca != null || said.certificate != null
            ? tls(ca, configured, identity(said.certificate, said.key))
            : null;
    String url = (tls == null ? "" : HTTPS) + address.hostPort;
    Path tokenFile =
        said.tokenFile == null && settings != null ? settings.tokenFile() : said.tokenFile;
    return new CtlPeer(url, new AdminClient(address.hostPort, token(tokenFile), tls));
  }

  private static Address written(@Nullable String option) throws StartupException {
    String environment = System.getenv(ADDRESS_VARIABLE);
    String text = option != null ? option : environment != null ? environment : DEFAULT_ADDRESS;
    boolean tls = text.startsWith(HTTPS);
    String hostPort =
        tls || text.startsWith(HTTP)
            ? text.substring(text.indexOf("//") + 2).replaceFirst("/$", "")
            : text;
    try {
      return new Address(HostPort.parse(hostPort, 1).toString(), tls);
    } catch (IllegalArgumentException wrong) {
      throw bad((option != null ? "--admin: " : ADDRESS_VARIABLE + ": ") + wrong.getMessage());
    }
  }

  private static Address configured(AdminSettings settings) throws StartupException {
    HostPort listen = settings.listen();
    if (!settings.enabled() || listen.port() == 0) {
      throw bad(
          settings.enabled()
              ? "admin.listen has port 0, any free one; the daemon's log says which: give it with"
                  + " --admin"
              : "admin.enabled = false: this daemon can't be talked to");
    }
    HostPort reached =
        switch (listen.host()) {
          case "0.0.0.0" -> new HostPort("127.0.0.1", listen.port());
          case "::" -> new HostPort("::1", listen.port());
          default -> listen;
        };
    return new Address(reached.toString(), settings.tls() != null);
  }

  /** Trust in what --ca says; else in the configured certificate itself; else in the JDK's CAs. */
  private static ClientTls tls(
      @Nullable Path ca, @Nullable TlsSettings configured, @Nullable Identity own)
      throws StartupException {
    Path trusted = ca == null && configured != null ? configured.certificate() : ca;
    try {
      List<X509Certificate> certificates =
          trusted == null ? null : TlsMaterial.certificates(trusted);
      X509Certificate known =
          configured == null ? null : TlsMaterial.certificates(configured.certificate()).getFirst();
      return new ClientTls(certificates, known, own);
    } catch (TlsProblemsException | GeneralSecurityException unusable) {
      throw bad("the certificates to trust: " + unusable.getMessage());
    }
  }

  private static @Nullable Identity identity(@Nullable Path certificate, @Nullable Path key)
      throws StartupException {
    if (certificate == null || key == null) {
      if (certificate == null && key == null) {
        return null;
      }
      throw bad("--cert and --key belong together");
    }
    try {
      TlsMaterial own = TlsMaterial.read(new TlsSettings(certificate, key, null));
      return new Identity(own.chain(), own.key());
    } catch (TlsProblemsException unusable) {
      throw bad(String.valueOf(unusable.getMessage()));
    }
  }

  private static @Nullable String token(@Nullable Path file) throws StartupException {
    if (file == null) {
      return null;
    }
    try {
      List<String> lines = Files.readAllLines(file);
      return lines.isEmpty() ? "" : lines.getFirst().strip();
    } catch (IOException unreadable) {
      throw bad("the token can't be read: " + unreadable);
    }
  }

  private static StartupException bad(String message) {
    return new StartupException(ExitCode.USAGE, message);
  }
}
