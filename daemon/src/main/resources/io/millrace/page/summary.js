// The figures at the top: all streams and all rings together.

import { bitRate, count, lateness, percent, ratio, short } from "./format.js";
import { setText } from "./table.js";

const FIGURES = [
  ["rate", "Datagrams/s", (report, now) => short(now?.all.datagrams)],
  ["bits", "Payload", (report, now) => bitRate(now?.all.bits)],
  ["dropped", "Dropped/s", (report, now) => short(now?.all.dropped)],
  ["late", "Lateness, 99 %", (report, now) => lateness(now?.all.p99)],
  ["cqes", "CQEs per request", (report, now) => ratio(now?.cqesPerRequest)],
  ["pool", "Pool in use", (report, now) => percent(now?.pool)],
  ["targets", "Targets", (report) => count(report.total.targets)],
  ["unserved", "Not served", (report) => count(report.total.given_up + report.total.waiting)],
];

export class Summary {
  #values = new Map();

  constructor() {
    const list = document.getElementById("summary");
    for (const [id, title] of FIGURES) {
      const group = document.createElement("div");
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = title;
      value.id = `now-${id}`;
      group.append(term, value);
      list.append(group);
      this.#values.set(id, value);
    }
  }

  show(report, history) {
    const { version, revision, kernel, engine, combined_cqe: combined } = report;
    setText(
      document.getElementById("about"),
      `${version} (${revision}) on Linux ${kernel}, engine ${engine}, combined completions ${combined}`,
    );
    for (const [id, , text] of FIGURES) {
      setText(this.#values.get(id), text(report, history.latest));
    }
  }
}
