package io.millrace.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A file of the live page: read from the class path when somebody first wants it, as most daemons
 * are never looked at, and kept. Any thread.
 */
final class PageFile {
  private static final int TAG_BYTES = 12;

  private final String path;
  private final String type;
  private final String resource;
  private volatile @Nullable Content content;

  /**
   * A file that has not been read yet.
   *
   * @param path of the request
   * @param type of the answer
   * @param resource absolute
   */
  PageFile(String path, String type, String resource) {
    this.path = path;
    this.type = type;
    this.resource = resource;
  }

  /** What is in it, and an ETag that says so. */
  static final class Content {
    private final byte[] bytes;
    private final String tag;

    private Content(byte[] bytes, String tag) {
      this.bytes = bytes;
      this.tag = tag;
    }

    /** Not a copy: not to be changed. */
    byte[] bytes() {
      return bytes;
    }

    String tag() {
      return tag;
    }
  }

  /** A file below {@code /page/}, by its name in a folder; its name says its type. */
  static PageFile of(String name, String folder) {
    String type =
        switch (name.substring(name.lastIndexOf('.'))) {
          case ".js" -> "text/javascript; charset=utf-8";
          case ".css" -> "text/css; charset=utf-8";
          case ".svg" -> "image/svg+xml";
          default -> throw new AssertionError("no type for " + name);
        };
    return new PageFile("/page/" + name, type, folder + name);
  }

  String path() {
    return path;
  }

  String type() {
    return type;
  }

  /** What is in it; two who want it first both read it, which does no harm. */
  Content content() {
    Content known = content;
    if (known == null) {
      known = read();
      content = known;
    }
    return known;
  }

  private Content read() {
    try (InputStream in = PageFile.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("not on the class path: " + resource);
      }
      byte[] bytes = in.readAllBytes();
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return new Content(bytes, '"' + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + '"');
    } catch (IOException unreadable) {
      throw new UncheckedIOException(resource, unreadable);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every JDK has SHA-256", impossible);
    }
  }
}
