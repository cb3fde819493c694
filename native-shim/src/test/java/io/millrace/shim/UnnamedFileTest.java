package io.millrace.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A library without a file. */
final class UnnamedFileTest {
  private static byte[] shim() throws IOException {
    String resource = "/native/linux-x86_64/libmillrace_shim.so";
    try (InputStream library = UnnamedFileTest.class.getResourceAsStream(resource)) {
      return library == null ? new byte[0] : library.readAllBytes();
    }
  }

  private static List<String> descriptorsOfMemoryFiles() throws IOException {
    try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
      return links
          .map(UnnamedFileTest::target)
          .filter(target -> target.contains("memfd:test-shim"))
          .toList();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closed) {
      return "";
    }
  }

  @Test
  void itsFunctionsAreFoundAndNoDescriptorIsLeft() throws IOException {
    SymbolLookup loaded = UnnamedFile.load(shim(), "test-shim");
    assertThat(loaded).isNotNull();
    assertThat(loaded.find("mr_errno_name")).isPresent();
    assertThat(descriptorsOfMemoryFiles()).isEmpty();
  }

  @Test
  void whatIsNoLibraryIsNotLoaded() throws IOException {
    assertThat(UnnamedFile.load(new byte[100], "test-shim")).isNull();
    assertThat(descriptorsOfMemoryFiles()).isEmpty();
  }
}
