package io.millrace.admin;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A JDK engine on the server's side of one connection, with two differences. Handshakes take turns
 * ({@link HandshakeTurn}). And only threads of requests say goodbye: the JDK's HTTPS server closes
 * connections on its dispatcher and its timers too, and would write a last message there, blocking
 * or in a loop until there is room for it, so that one client that takes nothing in would hold up
 * everybody (JDK 25, sun.net.httpserver.SSLStreams). They just close; where an answer ends its
 * Content-Length says.
 *
 * <p>One thread at a time, as the server does it; but for closing, which any may do.
 */
final class ServerEngine extends SSLEngine {
  private final SSLEngine engine;
  private final HandshakeTurn turn;
  private final Consumer<SSLException> failed;

  /** Nothing is written any more. */
  private volatile boolean silent;

  /**
   * An engine.
   *
   * @param failed is told of what is wrong with a client's handshake
   */
  ServerEngine(SSLEngine engine, HandshakeTurn turn, Consumer<SSLException> failed) {
    this.engine = engine;
    this.turn = turn;
    this.failed = failed;
  }

  @Override
  public SSLEngineResult wrap(ByteBuffer[] from, int offset, int length, ByteBuffer to)
      throws SSLException {
    if (silent) {
      return new SSLEngineResult(Status.CLOSED, HandshakeStatus.NOT_HANDSHAKING, 0, 0);
    }
    try {
      return engine.wrap(from, offset, length, to);
    } catch (SSLException why) {
      failed.accept(why);
      throw why;
    }
  }

  @Override
  public SSLEngineResult unwrap(ByteBuffer from, ByteBuffer[] to, int offset, int length)
      throws SSLException {
    try {
      return engine.unwrap(from, to, offset, length);
    } catch (SSLException why) {
      failed.accept(why);
      throw why;
    }
  }

  @Override
  public @Nullable Runnable getDelegatedTask() {
    Runnable task = engine.getDelegatedTask();
    return task == null ? null : () -> turn.take(task);
  }

  @Override
  public void closeInbound() {
    // It would only complain that the client has not said goodbye.
  }

  @Override
  public void closeOutbound() {
    if (RequestThreads.isCurrent()) {
      engine.closeOutbound();
    } else {
      silent = true;
    }
  }

  @Override
  public boolean isInboundDone() {
    return engine.isInboundDone();
  }

  @Override
  public boolean isOutboundDone() {
    return silent || engine.isOutboundDone();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return engine.getSupportedCipherSuites();
  }

  @Override
  public String[] getEnabledCipherSuites() {
    return engine.getEnabledCipherSuites();
  }

  @Override
  public void setEnabledCipherSuites(String[] suites) {
    engine.setEnabledCipherSuites(suites);
  }

  @Override
  public String[] getSupportedProtocols() {
    return engine.getSupportedProtocols();
  }

  @Override
  public String[] getEnabledProtocols() {
    return engine.getEnabledProtocols();
  }

  @Override
  public void setEnabledProtocols(String[] protocols) {
    engine.setEnabledProtocols(protocols);
  }

  @Override
  public SSLSession getSession() {
    return engine.getSession();
  }

  @Override
  public @Nullable SSLSession getHandshakeSession() {
    return engine.getHandshakeSession();
  }

  @Override
  public void beginHandshake() throws SSLException {
    engine.beginHandshake();
  }

  @Override
  public HandshakeStatus getHandshakeStatus() {
    return engine.getHandshakeStatus();
  }

  @Override
  public void setUseClientMode(boolean client) {
    engine.setUseClientMode(client);
  }

  @Override
  public boolean getUseClientMode() {
    return engine.getUseClientMode();
  }

  @Override
  public void setNeedClientAuth(boolean need) {
    engine.setNeedClientAuth(need);
  }

  @Override
  public boolean getNeedClientAuth() {
    return engine.getNeedClientAuth();
  }

  @Override
  public void setWantClientAuth(boolean want) {
    engine.setWantClientAuth(want);
  }

  @Override
  public boolean getWantClientAuth() {
    return engine.getWantClientAuth();
  }

  @Override
  public void setEnableSessionCreation(boolean enable) {
    engine.setEnableSessionCreation(enable);
  }

  @Override
  public boolean getEnableSessionCreation() {
    return engine.getEnableSessionCreation();
  }

  @Override
  public SSLParameters getSSLParameters() {
    return engine.getSSLParameters();
  }

  @Override
  public void setSSLParameters(SSLParameters parameters) {
    engine.setSSLParameters(parameters);
  }
}
