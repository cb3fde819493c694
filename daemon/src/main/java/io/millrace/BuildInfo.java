package io.millrace;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/**
 * Which build this is.
 *
 * @param revision the commit it was built from, or "unknown" outside a checkout
 */
public record BuildInfo(String version, String revision) {
  private static final String RESOURCE = "build.properties";

  /** Reads what the build wrote down. */
  public static BuildInfo load() {
    Properties properties = new Properties();
    try (InputStream stream = BuildInfo.class.getResourceAsStream(RESOURCE)) {
      if (stream == null) {
        throw new IllegalStateException("this build lacks " + RESOURCE);
      }
      properties.load(stream);
    } catch (IOException failure) {
      throw new IllegalStateException("can't read " + RESOURCE, failure);
    }
    return new BuildInfo(
        properties.getProperty("version", "unknown"),
        properties.getProperty("revision", "unknown"));
  }
}
