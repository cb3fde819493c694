package io.millrace.admin;

import java.security.KeyManagementException;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The context that the JDK's HTTPS server gets once and for good; what it stands for can be
 * exchanged while the server runs: certificate, key and who may connect all at once. A connection
 * keeps what it began with. With another context the sessions of the one before are void, so that
 * nobody goes on by a certificate that isn't taken any more. Any thread.
 */
public final class ServerTls extends SSLContext {
  private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);

  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  /** Resumed TLS 1.2 sessions that are remembered; TLS 1.3 leaves them to the clients. */
  private static final int SESSIONS = 256;

  private static final int SESSION_SECONDS = 3600;

  static {
    // A client of TLS 1.2 could have the handshake computed again and again on one connection.
    AdminServer.setUnlessSet("jdk.tls.rejectClientInitiatedRenegotiation", "true");
  }

  private final Inside inside;

  private ServerTls(Inside inside, SSLContext first) {
    super(inside, first.getProvider(), first.getProtocol());
    this.inside = inside;
  }

  /**
   * A context that stands for another.
   *
   * @param context initialised
   * @param asksClients whether clients must show a certificate that it trusts
   */
  public static ServerTls of(SSLContext context, boolean asksClients) {
    return new ServerTls(new Inside(current(context, asksClients)), context);
  }

  /** Stands for another one from now on. */
  public void become(SSLContext context, boolean asksClients) {
    inside.current = current(context, asksClients);
  }

  private static Current current(SSLContext context, boolean asksClients) {
    context.getServerSessionContext().setSessionCacheSize(SESSIONS);
    context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
    return new Current(context, asksClients);
  }

  private record Current(SSLContext context, boolean asksClients) {}

  private static final class Inside extends SSLContextSpi {
    private final HandshakeTurn turn = new HandshakeTurn();
    private final LogLimit failures = new LogLimit(TimeUnit.MINUTES.toNanos(1));
    private volatile Current current;

    Inside(Current first) {
      current = first;
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      Current now = current;
      SSLEngine engine = now.context.createSSLEngine();
      engine.setUseClientMode(false);
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setProtocols(PROTOCOLS);
      parameters.setNeedClientAuth(now.asksClients);
      engine.setSSLParameters(parameters);
      return new ServerEngine(engine, turn, this::failed);
    }

    /** The peer is for sessions of clients. */
    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      return engineCreateSSLEngine();
    }

    /** Who administers clients wants to know; who attacks gets a line a minute. */
    private void failed(SSLException why) {
      if (failures.admits(System.nanoTime())) {
        LOG.info("a TLS handshake failed: {}", why.getMessage());
      }
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
        throws KeyManagementException {
      throw new KeyManagementException("what it stands for is initialised");
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      return current.context.getSocketFactory();
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      return current.context.getServerSocketFactory();
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return current.context.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return current.context.getClientSessionContext();
    }
  }
}
