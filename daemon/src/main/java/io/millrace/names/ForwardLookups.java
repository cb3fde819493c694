package io.millrace.names;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/**
 * The JDK's own resolver, but that nobody is asked for the name of an address: it is found by the
 * JDK as a service. The JDK's HTTPS server wants the name of each client that connects (JDK 25,
 * sun.net.httpserver.SSLStreams), which nobody needs, and which takes the ten seconds that a client
 * has where the name server of its network doesn't answer. Any thread.
 */
public final class ForwardLookups extends InetAddressResolverProvider {
  @Override
  public InetAddressResolver get(Configuration configuration) {
    return new Resolver(configuration.builtinResolver());
  }

  @Override
  public String name() {
    return "forward look-ups";
  }

  private record Resolver(InetAddressResolver builtin) implements InetAddressResolver {
    @Override
    public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
        throws UnknownHostException {
      return builtin.lookupByName(host, policy);
    }

    @Override
    public String lookupByAddress(byte[] address) throws UnknownHostException {
      throw new UnknownHostException("names of addresses are not asked for");
    }
  }
}
