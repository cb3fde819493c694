package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** What a terminal is told. */
final class TerminalTest {
  private final StringWriter written = new StringWriter();
  private final Terminal terminal = new Terminal(new PrintWriter(written));

  @Test
  void linesAreCutToTheScreenAndTheRestIsCleared() {
    terminal.show("a long line\nshort\nleft out", new Terminal.Size(2, 6));
    assertThat(written).hasToString("\u001b[Ha long\u001b[K\nshort\u001b[K\u001b[J");
  }

  @Test
  void aScreenThatIsFullDoesNotScroll() {
    terminal.show("1\n2", new Terminal.Size(2, 80));
    assertThat(written.toString()).doesNotEndWith("\n");
  }

  @Test
  void theEndUndoesTheBeginning() {
    terminal.begin();
    terminal.end();
    assertThat(written.toString())
        .contains("\u001b[?1049h")
        .contains("\u001b[?25l")
        .endsWith("\u001b[?25h\u001b[?1049l");
  }
}
