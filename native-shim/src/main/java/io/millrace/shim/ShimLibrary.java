package io.millrace.shim;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * Finds the shim's shared library: the file that the system property {@value #PATH_PROPERTY} names
 * (packages install one beside the jars), else the copy for this architecture inside the jar, which
 * is unpacked, loaded and deleted at once, so that nothing stays behind however the process ends.
 */
final class ShimLibrary {
  static final String PATH_PROPERTY = "millrace.shim.path";
  private static final String FILE_NAME = "libmillrace_shim.so";

  private ShimLibrary() {}

  @SuppressWarnings("restricted")
  static SymbolLookup open() {
    String configured = System.getProperty(PATH_PROPERTY);
    if (configured != null) {
      return load(Path.of(configured), PATH_PROPERTY + " names a library that can't be loaded: ");
    }
    Path unpacked = unpack();
    try {
      return load(
          unpacked,
          "the native shim can't be loaded (is the temporary folder mounted noexec? then set"
              + " java.io.tmpdir, or "
              + PATH_PROPERTY
              + "): ");
    } finally {
      delete(unpacked);
    }
  }

  @SuppressWarnings("restricted")
  private static SymbolLookup load(Path file, String complaint) {
    try {
      return SymbolLookup.libraryLookup(file, Arena.global());
    } catch (IllegalArgumentException failure) {
      throw new ShimException(complaint + failure.getMessage(), failure);
    }
  }

  private static Path unpack() {
    String resource = "/native/linux-" + architecture() + "/" + FILE_NAME;
    try (InputStream library = ShimLibrary.class.getResourceAsStream(resource)) {
      if (library == null) {
        throw new ShimException(
            "this build has no native shim for "
                + System.getProperty("os.name")
                + " on "
                + architecture()
                + "; build Millrace on such a machine");
      }
      Path file = Files.createTempFile("millrace-shim-", ".so");
      Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
      return file;
    } catch (IOException failure) {
      throw new ShimException("the native shim can't be unpacked: " + failure, failure);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException failure) {
      throw new ShimException("can't delete " + file + ": " + failure, failure);
    }
  }

  private static String architecture() {
    String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return name.equals("amd64") ? "x86_64" : name;
  }
}
