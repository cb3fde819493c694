package io.millrace.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.loadtest.harness.BrowserPage;
import io.millrace.loadtest.text.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The daemon's live page in a browser, by what a person sees of it. Owned by one thread. */
final class LivePage {
  /** For what comes with the next events, on a machine that does other things too. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final int ENTER = 13;
  private static final int TAB = 9;

  private final BrowserPage page;

  LivePage(BrowserPage page) {
    this.page = page;
  }

  /** A string as JavaScript writes it. */
  private static String quote(String text) {
    return Json.object().textNode(text).toString();
  }

  private static String row(String table, String name) {
    return "[...document.querySelectorAll('#%s tbody tr')].find(row => row.cells[0].textContent === %s)"
        .formatted(table, quote(name));
  }

  private static String cell(String table, String row, String title) {
    return "[...(%s).cells].find(cell => cell.dataset.title === %s)"
        .formatted(row(table, row), quote(title));
  }

  /** What the cell says. */
  String text(String table, String row, String title) {
    return page.evaluate(cell(table, row, title) + ".textContent").asText();
  }

  /** The number that the cell begins with. */
  double number(String table, String row, String title) {
    return number(text(table, row, title));
  }

  static double number(String text) {
    String digits = text.replace(",", "").replaceAll("[^0-9.].*", "");
    return digits.isEmpty() ? Double.NaN : Double.parseDouble(digits);
  }

  /** Waits until a stream's state is shown. */
  void awaitState(String stream, String state) {
    page.await(cell("streams", stream, "State") + "?.textContent === " + quote(state), PATIENCE);
  }

  /** Waits until as many streams and the first rates are shown. */
  void awaitStreams(int count) {
    page.await(
        "document.querySelectorAll('#streams tbody tr').length === %d && !isNaN(parseFloat(document.getElementById('now-rate').textContent))"
            .formatted(count),
        PATIENCE);
  }

  private static String plotted(String line) {
    return """
    [...document.querySelectorAll('#plots figure:first-child .u-series')]
      .filter(series => series.querySelector('.u-label').textContent === %s)
      .map(series => series.querySelector('.u-value').textContent)[0]
    """
        .formatted(quote(line))
        .strip();
  }

  /** Waits until the last point of a stream's line in the first plot is in a range, per second. */
  void awaitPlotted(String stream, double least, double most) {
    page.await(
        """
        (text => {
          const value = parseFloat(text) * (text?.endsWith("k") ? 1e3 : text?.endsWith("M") ? 1e6 : 1);
          return value >= %s && value <= %s;
        })(%s)
        """
            .formatted(least, most, plotted(stream)),
        PATIENCE);
  }

  /** Presses one of a stream's buttons: pause (which resumes too) or rate. */
  void press(String stream, String button) {
    page.evaluate(row("streams", stream) + ".querySelector('." + button + "').click()");
  }

  /** Answers a question of the page by the keyboard, once it asks. */
  void answer(String question, String text) {
    page.await(
        "document.getElementById('ask').open && document.getElementById('ask-title').textContent.startsWith(%s)"
            .formatted(quote(question)),
        PATIENCE);
    page.evaluate("document.getElementById('ask-value').select()");
    page.type(text);
    page.press("Enter", ENTER);
  }

  void awaitNote(String note) {
    page.await(
        "document.getElementById('ask').open && document.getElementById('ask-note').textContent.startsWith(%s)"
            .formatted(quote(note)),
        PATIENCE);
  }

  /** How much wider the page is than its window, in CSS pixels. */
  int overflow() {
    return page.evaluate("document.documentElement.scrollWidth - innerWidth").intValue();
  }

  /** The page's background now, as the browser computes it. */
  String background() {
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor").asText();
  }

  /** Texts whose colour differs too little from what is behind them (WCAG 2.2, 1.4.3: 4.5 to 1). */
  List<String> faint() {
    JsonNode found =
        page.evaluate(
            """
            (() => {
              const rgb = text => text.match(/[\\d.]+/g).map(Number);
              const part = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
              const luminance = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
              const behind = element => {
                for (let at = element; at; at = at.parentElement) {
                  const colour = rgb(getComputedStyle(at).backgroundColor);
                  if (colour.length === 3 || colour[3] > 0) return colour;
                }
                return [255, 255, 255];
              };
              const faint = [];
              for (const element of document.querySelectorAll('body *')) {
                const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
                if (!own || element.disabled || element.checkVisibility?.() === false) continue;
                const [one, other] = [luminance(rgb(getComputedStyle(element).color)), luminance(behind(element))];
                const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
                if (contrast < 4.5) faint.push(`${element.tagName} "${element.textContent.trim().slice(0, 30)}" ${contrast.toFixed(2)}`);
              }
              return faint;
            })()
            """);
    List<String> texts = new ArrayList<>();
    found.forEach(each -> texts.add(each.asText()));
    return texts;
  }

  /** What can be used but has no name that a screen reader could say. */
  List<String> nameless() {
    List<String> roles = List.of("button", "textbox", "searchbox", "combobox", "table", "dialog");
    List<String> found = new ArrayList<>();
    for (JsonNode node : page.command("Accessibility.getFullAXTree", Json.object()).path("nodes")) {
      String role = node.path("role").path("value").asText();
      if (roles.contains(role) && node.path("name").path("value").asText().isBlank()) {
        found.add(role);
      }
    }
    return found;
  }

  /** How many different elements Tab goes through, at most so many. */
  int tabStops(int most) {
    page.evaluate("document.activeElement.blur(); window.stops = new Set()");
    for (int press = 0; press < most; press++) {
      page.press("Tab", TAB);
      page.evaluate("window.stops.add(document.activeElement)");
    }
    return page.evaluate("window.stops.size").intValue();
  }
}
