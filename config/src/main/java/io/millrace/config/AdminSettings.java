package io.millrace.config;

/**
 * {@code millrace.admin}: the HTTP server for metrics, health and control.
 *
 * @param enabled false = no HTTP server at all
 * @param listen the address to bind; port 0 = any free port
 */
public record AdminSettings(boolean enabled, HostPort listen) {}
