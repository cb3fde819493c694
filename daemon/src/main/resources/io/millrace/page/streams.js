// The table of streams, with what can be done to each.

import { bitRate, count, lateness, reasons } from "./format.js";
import { Table, button, setText } from "./table.js";

/** What ends can't be paused. */
const CHANGEABLE = new Set(["running", "paused", "waiting"]);

export class Streams {
  #control;
  #table;
  #names = "";

  constructor(control) {
    this.#control = control;
    this.#table = new Table(document.getElementById("streams"), "What each stream does", [
      { title: "Stream", text: (row) => row.stream },
      { title: "State", update: showState },
      { title: "Pace", text: (row) => row.pace + (row.changed ? " (changed)" : "") },
      { title: "Rings", text: (row) => row.rings.join(", ") },
      { title: "Targets", number: true, wraps: true, text: showTargets },
      { title: "Datagrams/s", number: true, text: (row) => count(row.now?.datagrams) },
      { title: "Payload", number: true, text: (row) => bitRate(row.now?.bits) },
      { title: "Late, 50 / 99 %", number: true, text: (row) => `${lateness(row.now?.p50)} / ${lateness(row.now?.p99)}` },
      { title: "Sent", number: true, text: (row) => count(row.datagrams) },
      { title: "Dropped", number: true, wraps: true, text: (row) => reasons(row.dropped) },
      { title: "Change", build: (cell) => this.#build(cell), update: (cell, row) => this.#update(cell, row) },
    ]);
  }

  #build(cell) {
    button(cell, "pause", (row) => this.#control.change(row.stream, row.state === "paused" ? "resume" : "pause"));
    button(cell, "rate", (row) => this.#control.askRate(row.stream, row.pace));
  }

  #update(cell, row) {
    cell.row = row;
    const [pause, rate] = cell.children;
    const verb = row.state === "paused" ? "Resume" : "Pause";
    setText(pause, verb);
    setText(rate, "Rate…");
    // Without its stream's name a button says little to who hears it.
    pause.setAttribute("aria-label", `${verb} ${row.stream}`);
    rate.setAttribute("aria-label", `Change the rate of ${row.stream}`);
    pause.disabled = rate.disabled = !CHANGEABLE.has(row.state);
  }

  show(report, history) {
    const now = history.latest?.streams;
    this.#table.show(
      report.streams.map((stream) => ({ ...stream, now: now?.get(stream.stream) })),
      (row) => row.stream,
    );
    document.getElementById("streams").classList.toggle("read-only", !report.control.on);
    const listed = report.streams.length;
    const all = report.total.streams;
    setText(
      document.getElementById("streams-note"),
      (listed < all ? `The first ${count(listed)} of ${count(all)}; sums are of all. ` : "") +
        (report.control.on ? "" : "Read-only: admin.control = true lets this page pause streams and change rates."),
    );
    this.#offer(report.streams);
  }

  /** The same streams, to choose whose plots are shown. */
  #offer(streams) {
    const names = streams.map((each) => each.stream);
    if (names.join("\n") === this.#names) {
      return;
    }
    this.#names = names.join("\n");
    const scope = document.getElementById("scope");
    const chosen = scope.value;
    scope.length = 1;
    for (const name of names) {
      scope.add(new Option(name, name, false, name === chosen));
    }
  }
}

function showState(cell, row) {
  setText(cell, row.state);
  cell.dataset.state = row.state;
}

function showTargets(row) {
  const notes = [row.given_up > 0 ? `${row.given_up} given up` : "", row.waiting > 0 ? `${row.waiting} waiting` : ""];
  const text = notes.filter(Boolean).join(", ");
  return count(row.targets) + (text ? ` (${text})` : "");
}
