// The daemon's events, one a second. Nobody listens while the page is hidden: a daemon has few places for listeners.

const state = document.getElementById("feed");
/** Without an event for so long, the page says that it shows what was. */
const SILENCE_MS = 5000;

function say(name, text) {
  if (state.textContent !== text) {
    state.dataset.state = name;
    state.textContent = text;
  }
}

/** Calls back with each report. Comes again after whatever ends the events. */
export function listen(onReport) {
  let source = null;
  let silence = 0;
  let again = 0;

  function awaitEvent() {
    clearTimeout(silence);
    silence = setTimeout(() => say("lost", "no answer from the daemon"), SILENCE_MS);
  }

  function open() {
    awaitEvent();
    source = new EventSource("api/v1/events");
    source.onmessage = (event) => {
      awaitEvent();
      say("live", "live");
      onReport(JSON.parse(event.data));
    };
    source.onerror = () => {
      // The daemon ends the events now and then, and the browser is back at once by itself. Not so where it was refused.
      if (source.readyState === EventSource.CLOSED) {
        clearTimeout(silence);
        say("lost", "refused: too many look on, or this is not the daemon any more");
        again = setTimeout(open, SILENCE_MS);
      }
    };
  }

  document.addEventListener("visibilitychange", () => {
    source?.close();
    clearTimeout(silence);
    clearTimeout(again);
    if (document.hidden) {
      say("waiting", "paused while hidden");
    } else {
      open();
    }
  });
  open();
}
