import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * Rewrites the jars of a folder with manifests of two lines. A JVM reads the manifest of each jar
 * that its AOT cache has classes of, at every start and before anything else; those of our
 * libraries are up to 15 KB, for OSGi, and took a seventh of a start's CPU time (adr/0002). Part of
 * the build: {@code java PlainManifests.java FOLDER}.
 */
public final class PlainManifests {
  /** The only thing that a class loader needs to know: whether to look below META-INF/versions. */
  private static final List<Attributes.Name> KEPT =
      List.of(Attributes.Name.MANIFEST_VERSION, Attributes.Name.MULTI_RELEASE);

  private PlainManifests() {}

  public static void main(String[] arguments) throws IOException {
    List<Path> jars;
    try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    for (Path jar : jars) {
      rewrite(jar);
    }
  }

  private static void rewrite(Path path) throws IOException {
    Path plain = path.resolveSibling(path.getFileName() + ".plain");
    try (JarFile jar = new JarFile(path.toFile(), false)) {
      Manifest manifest = jar.getManifest();
      if (manifest == null || isPlain(manifest)) {
        return;
      }
      if (jar.stream().anyMatch(entry -> entry.getName().matches("META-INF/[^/]+\\.SF"))) {
        throw new IOException(path + " is signed: its manifest can't be changed");
      }
      try (JarOutputStream out =
          new JarOutputStream(Files.newOutputStream(plain), plain(manifest))) {
        for (ZipEntry entry : Collections.list(jar.entries())) {
          if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
            copy(jar, entry, out);
          }
        }
      }
    }
    // As old as it was: whoever copies libraries into the folder again finds them up to date.
    Files.setLastModifiedTime(plain, Files.getLastModifiedTime(path));
    Files.move(plain, path, StandardCopyOption.REPLACE_EXISTING);
  }

  private static boolean isPlain(Manifest manifest) {
    return manifest.getEntries().isEmpty() && KEPT.containsAll(manifest.getMainAttributes().keySet());
  }

  private static Manifest plain(Manifest manifest) {
    Manifest plain = new Manifest();
    for (Map.Entry<Object, Object> attribute : manifest.getMainAttributes().entrySet()) {
      if (KEPT.contains(attribute.getKey())) {
        plain.getMainAttributes().put(attribute.getKey(), attribute.getValue());
      }
    }
    return plain;
  }

  private static void copy(JarFile jar, ZipEntry entry, JarOutputStream out) throws IOException {
    ZipEntry copied = new ZipEntry(entry.getName());
    copied.setTime(entry.getTime());
    out.putNextEntry(copied);
    try (InputStream content = jar.getInputStream(entry)) {
      content.transferTo(out);
    }
    out.closeEntry();
  }
}
