package io.millrace.config;

/**
 * One thing that is wrong with a file for TLS.
 *
 * @param key of {@code millrace.admin.tls} that names the file
 * @param message {@code what is wrong; what is allowed}
 */
public record TlsProblem(String key, String message) {}
