package io.millrace.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ShimLibraryTest {
  private static final byte[] BYTES = {1, 2, 3};

  @TempDir private Path folder;

  @Test
  void isWrittenForItsOwnerAlone() throws IOException {
    Path file = ShimLibrary.write(BYTES, folder, 7);
    assertThat(Files.readAllBytes(file)).isEqualTo(BYTES);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void leavesAloneWhatIsThereAlsoALink() throws IOException {
    Path elsewhere = folder.resolve("elsewhere");
    Files.createSymbolicLink(folder.resolve("millrace-shim-7.so"), elsewhere);
    Files.writeString(folder.resolve("millrace-shim-8.so"), "somebody's");
    assertThat(ShimLibrary.write(BYTES, folder, 7)).isEqualTo(folder.resolve("millrace-shim-9.so"));
    assertThat(elsewhere).doesNotExist();
    assertThat(folder.resolve("millrace-shim-8.so")).hasContent("somebody's");
  }

  @Test
  void givesUpWhereEveryNameIsTaken() throws IOException {
    for (int name = 0; name <= ShimLibrary.MOST_TAKEN; name++) {
      Files.createFile(folder.resolve("millrace-shim-" + Integer.toHexString(name) + ".so"));
    }
    assertThatThrownBy(() -> ShimLibrary.write(BYTES, folder, 0))
        .isInstanceOf(FileAlreadyExistsException.class);
  }
}
