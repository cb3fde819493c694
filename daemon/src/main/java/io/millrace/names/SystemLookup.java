package io.millrace.names;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.util.List;

/** The JDK's resolver, which asks the system's: /etc/hosts, DNS, whatever nsswitch.conf(5) says. */
public final class SystemLookup implements NameLookup {
  /** The JDK doesn't tell the two apart. */
  public static final String UNKNOWN = "no such name, or nobody who knows it answers";

  /**
   * The JDK would give an answer out again for 30 s, and a failure for 10 s, whatever the TTL
   * (java.security, "networkaddress.cache.ttl"). {@link Names} decides when to ask; a cache that
   * knows TTLs is the system's matter (systemd-resolved, nscd). The JDK reads these properties at
   * the first look-up of the process, so they are set before each; not earlier, as a start without
   * names needn't load what is behind them.
   */
  private static void cacheNothing() {
    Security.setProperty("networkaddress.cache.ttl", "0");
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
  }

  @Override
  public List<InetAddress> addresses(String name) throws UnknownHostException {
    cacheNothing();
    return List.of(InetAddress.getAllByName(name));
  }
}
