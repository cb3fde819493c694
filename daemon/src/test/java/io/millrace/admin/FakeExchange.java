package io.millrace.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A request that no socket brought, and what was answered to it. One thread. */
final class FakeExchange extends HttpExchange {
  private final String method;
  private final URI uri;
  private final Headers request = new Headers();
  private final Headers response = new Headers();
  private final InputStream body;
  private final ByteArrayOutputStream answered = new ByteArrayOutputStream();
  private int status = -1;

  FakeExchange(String method, URI uri, byte[] body) {
    this.method = method;
    this.uri = uri;
    this.body = new ByteArrayInputStream(body);
  }

  /** What was answered. */
  byte[] answered() {
    return answered.toByteArray();
  }

  @Override
  public Headers getRequestHeaders() {
    return request;
  }

  @Override
  public Headers getResponseHeaders() {
    return response;
  }

  @Override
  public URI getRequestURI() {
    return uri;
  }

  @Override
  public String getRequestMethod() {
    return method;
  }

  @Override
  public InputStream getRequestBody() {
    return body;
  }

  @Override
  public OutputStream getResponseBody() {
    return answered;
  }

  @Override
  public void sendResponseHeaders(int code, long length) {
    if (status >= 0) {
      throw new AssertionError("answered twice: %d and %d".formatted(status, code));
    }
    status = code;
  }

  /** -1 = nothing was answered. */
  @Override
  public int getResponseCode() {
    return status;
  }

  @Override
  public InetSocketAddress getLocalAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 9464);
  }

  @Override
  public InetSocketAddress getRemoteAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
  }

  @Override
  public String getProtocol() {
    return "HTTP/1.1";
  }

  @Override
  public void close() {
    // Nothing is open.
  }

  @Override
  public HttpContext getHttpContext() {
    throw new AssertionError("no handler depends on where it is installed");
  }

  @Override
  public @Nullable Object getAttribute(String name) {
    return null;
  }

  @Override
  public void setAttribute(String name, @Nullable Object value) {
    throw new AssertionError("no handler leaves " + name + " for another");
  }

  @Override
  public void setStreams(@Nullable InputStream in, @Nullable OutputStream out) {
    throw new AssertionError("no handler exchanges its streams");
  }

  @Override
  public @Nullable HttpPrincipal getPrincipal() {
    return null;
  }
}
