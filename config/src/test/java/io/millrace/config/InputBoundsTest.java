package io.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a configuration may read, and that anything else is an error with its line. */
@Timeout(30)
final class InputBoundsTest {
  @TempDir private Path temp = Path.of("");
  private ConfigFolder folder = new ConfigFolder(temp);

  @BeforeEach
  void inItsFolder() {
    folder = new ConfigFolder(temp);
  }

  @Test
  void urlsAreRefusedAndNotFetched() throws IOException {
    AtomicInteger asked = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.incrementAndGet();
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:%d/x.conf".formatted(server.getAddress().getPort());
      for (String form :
          new String[] {
            "url(\"%s\")", "required(url(\"%s\"))", "\"%s\"", "required(\"%s\")", "\" %s\""
          }) {
        assertThat(folder.problems("\ninclude " + form.formatted(url) + "\n"))
            .as(form)
            .singleElement()
            .asString()
            .startsWith("x.conf:2: included file ")
            .contains("is a URL; allowed: files");
      }
    } finally {
      server.stop(0);
    }
    assertThat(asked).hasValue(0);
  }

  @Test
  void urlsOfFilesAreRefusedToo() {
    folder.write("y.conf", ConfigFolder.A_STREAM);
    for (String url : new String[] {"file:", "jar:file:", "jrt:/", "FTP://x/"}) {
      assertThat(folder.problems("include \"" + url + temp + "/y.conf\""))
          .as(url)
          .singleElement()
          .asString()
          .contains("x.conf:1: included file ", "is a URL");
    }
  }

  @Test
  void theProgramsOwnFilesAreNotIncluded() {
    assertThat(folder.problems("include classpath(\"reference.conf\")"))
        .containsExactly(
            "x.conf:1: included file \"reference.conf\" is of the class path; allowed: files, as in"
                + " include \"other.conf\"");
    assertThat(folder.problems("include required(\"reference.conf\")"))
        .containsExactly(
            "x.conf:1: included file \"reference.conf\" is required, but is not there");
    assertThat(folder.settings("include \"reference.conf\"\n" + ConfigFolder.A_STREAM).streams())
        .hasSize(1);
  }

  @Test
  void filesWithoutAnEndAreRefused() throws Exception {
    Path fifo = temp.resolve("fifo.conf");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    assertThat(folder.problems("\ninclude \"fifo.conf\""))
        .containsExactly(
            "x.conf:2: included file \"fifo.conf\" is not a regular file; allowed: a configuration"
                + " file");
    Files.createSymbolicLink(temp.resolve("zero.conf"), Path.of("/dev/zero"));
    assertThat(folder.problems("include required(file(\"" + temp + "/zero.conf\"))"))
        .singleElement()
        .asString()
        .contains("is not a regular file");
    for (Path special : new Path[] {fifo, Path.of("/dev/zero")}) {
      assertThat(problemOf(special)).contains(": is not a regular file");
    }
  }

  @Test
  void filesAreBoundedTogether() throws IOException {
    Path huge = temp.resolve("huge.conf");
    try (RandomAccessFile sparse = new RandomAccessFile(huge.toFile(), "rw")) {
      sparse.setLength(InputBounds.MOST_BYTES);
    }
    assertThat(folder.problems("\n\ninclude \"huge\""))
        .containsExactly(
            "x.conf:3: included file \"huge\" is too large; allowed: "
                + Quantity.SIZE.format(InputBounds.MOST_BYTES)
                + " with everything that is included");
    try (RandomAccessFile sparse = new RandomAccessFile(huge.toFile(), "rw")) {
      sparse.setLength(1L << 40);
    }
    assertThat(problemOf(huge)).contains("huge.conf: is too large; allowed: ");
  }

  @Test
  void includesAreBoundedInDepthAndNumber() {
    for (int file = 0; file < 30; file++) {
      folder.write("deep" + file + ".conf", "include \"deep" + (file + 1) + ".conf\"");
      folder.write(
          "wide" + file + ".conf", "include \"wide%1$d.conf\"\n".formatted(file + 1).repeat(2));
    }
    assertThat(folder.problems("include \"deep0.conf\""))
        .containsExactly(
            "deep15.conf:1: included file \"deep16.conf\" is included too deeply; allowed: 16 files"
                + " inside each other");
    assertThat(folder.settings("include \"deep15.conf\"\n" + ConfigFolder.A_STREAM).streams())
        .hasSize(1);
    // 2 of 2 of 2 ...: 65536 files in all.
    folder.write("wide15.conf", "");
    assertThat(folder.problems("include \"wide0.conf\""))
        .singleElement()
        .asString()
        .endsWith("is one file too many; allowed: 1000 in all");
  }

  private static String problemOf(Path file) {
    try {
      return String.valueOf(ConfigLoader.load(file, Map.of()));
    } catch (ConfigProblemsException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
