// A window of the targets: a thousand of them are neither sent nor drawn.

import { bitRate, count, reasons } from "./format.js";
import { Table, button, setText } from "./table.js";

const ROWS = 25;

export class Targets {
  #filter = document.getElementById("filter");
  #order = document.getElementById("order");
  #previous = document.getElementById("previous");
  #next = document.getElementById("next");
  #dialog = document.getElementById("target");
  #offset = 0;
  #asking = false;
  #visible = false;
  /** The target that the dialog shows, as stream and target. */
  #shown = null;

  #table = new Table(document.getElementById("targets"), "What each target is sent", [
    { title: "Target", build: (cell) => button(cell, "link", (row) => this.#open(row)), update: showName },
    { title: "Stream", text: (row) => row.stream },
    { title: "State", update: showState },
    { title: "Datagrams/s", number: true, text: (row) => count(row.now.datagrams_per_second) },
    { title: "Payload", number: true, text: (row) => bitRate(row.now.bits_per_second) },
    { title: "Dropped/s", number: true, text: (row) => count(row.now.dropped_per_second) },
    { title: "Sent", number: true, text: (row) => count(row.datagrams) },
    { title: "Dropped", number: true, wraps: true, text: (row) => reasons(row.dropped) },
  ]);

  constructor() {
    const again = (offset) => {
      this.#offset = Math.max(0, offset);
      this.#ask();
    };
    this.#filter.addEventListener("input", () => again(0));
    this.#order.addEventListener("change", () => again(0));
    this.#previous.addEventListener("click", () => again(this.#offset - ROWS));
    this.#next.addEventListener("click", () => again(this.#offset + ROWS));
    // What nobody sees isn't asked for.
    new IntersectionObserver((entries) => {
      this.#visible = entries.at(-1).isIntersecting;
      if (this.#visible) {
        this.#ask();
      }
    }).observe(document.getElementById("targets-section"));
  }

  show() {
    if (this.#visible) {
      this.#ask();
    }
  }

  async #ask() {
    if (this.#asking) {
      return; // the next event brings another occasion
    }
    this.#asking = true;
    try {
      const query = new URLSearchParams({
        order: this.#order.value,
        filter: this.#filter.value,
        offset: this.#offset,
        limit: ROWS,
      });
      const answer = await fetch(`api/v1/targets/top?${query}`);
      if (answer.ok) {
        this.#fill(await answer.json());
      }
    } catch {
      // The daemon has gone; the line at the top says so.
    } finally {
      this.#asking = false;
    }
  }

  #fill(window) {
    // By place, not by name: rows change places every second, and only their text has to.
    this.#table.show(window.targets, (row, index) => index);
    const last = window.offset + window.targets.length;
    setText(
      document.getElementById("targets-note"),
      window.matching === 0
        ? "None."
        : `${count(window.offset + 1)} to ${count(last)} of ${count(window.matching)}` +
            (window.matching < window.total ? ` that match, ${count(window.total)} in all` : ""),
    );
    this.#previous.disabled = window.offset === 0;
    this.#next.disabled = last >= window.matching;
    if (window.targets.length === 0 && window.offset > 0) {
      this.#offset = 0; // fewer targets than there were
    }
    const shown = window.targets.find((row) => this.#dialog.open && name(row) === this.#shown);
    if (shown) {
      this.#describe(shown);
    }
  }

  #open(row) {
    this.#shown = name(row);
    setText(document.getElementById("target-title"), `${row.target} of ${row.stream}`);
    this.#describe(row);
    this.#dialog.showModal();
  }

  #describe(row) {
    const facts = document.getElementById("target-facts");
    const lines = Object.entries(row).map(([key, value]) => [key.replaceAll("_", " "), plain(value)]);
    while (facts.children.length > lines.length) {
      facts.lastChild.remove();
    }
    lines.forEach(([key, value], index) => {
      let fact = facts.children[index];
      if (!fact) {
        fact = document.createElement("div");
        fact.append(document.createElement("dt"), document.createElement("dd"));
        facts.append(fact);
      }
      setText(fact.children[0], key);
      setText(fact.children[1], value);
    });
  }
}

const name = (row) => `${row.stream}\n${row.target}`;

/** A value of the API, as text. */
function plain(value) {
  if (Array.isArray(value)) {
    return value.map(plain).join("; ") || "none";
  }
  if (value !== null && typeof value === "object") {
    return Object.entries(value).map(([key, each]) => `${key.replaceAll("_", " ")} ${plain(each)}`).join(", ") || "none";
  }
  return typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 3 }) : String(value);
}

function showName(cell, row) {
  cell.row = row;
  setText(cell.firstChild, row.target);
}

function showState(cell, row) {
  const state = row.circuit !== "closed" ? "given up" : row.state;
  setText(cell, state);
  cell.dataset.state = state;
}
