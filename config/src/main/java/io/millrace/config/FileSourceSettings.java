package io.millrace.config;

import java.nio.file.Path;

/**
 * {@code source { type = file }}: a file, cut into datagrams.
 *
 * @param path absolute; when the configuration was loaded it was a regular, readable file that
 *     wasn't empty
 * @param datagramBytes UDP payload bytes of each datagram, 1..65507; the file's last one may be
 *     shorter
 * @param loop begin again at the end of the file, forever
 */
public record FileSourceSettings(Path path, int datagramBytes, boolean loop)
    implements SourceSettings {

  @Override
  public String describe() {
    return "file " + path;
  }
}
