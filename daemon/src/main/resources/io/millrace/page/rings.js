// The table of rings.

import { count, percent, ratio } from "./format.js";
import { poolUse } from "./rates.js";
import { Table } from "./table.js";

export class Rings {
  #table = new Table(document.getElementById("rings"), "What each ring does", [
    { title: "Ring", text: (row) => `ring ${row.ring}` },
    { title: "CPU", number: true, text: (row) => String(row.cpu) },
    { title: "Busy", number: true, text: (row) => percent(row.now?.cpu) },
    { title: "Requests/s", number: true, text: (row) => count(row.now?.requests) },
    { title: "In flight", number: true, text: (row) => count(row.in_flight) },
    { title: "CQEs per request", number: true, text: (row) => ratio(row.now?.cqesPerRequest) },
    { title: "Enters/s", number: true, text: (row) => count(row.now?.enters) },
    {
      title: "Slots in use",
      number: true,
      text: (row) => `${count(row.pool_slots - row.pool_slots_free)} of ${count(row.pool_slots)} (${percent(poolUse(row))})`,
    },
    { title: "Exhausted", number: true, text: (row) => count(row.pool_exhausted) },
    { title: "Requests", number: true, text: (row) => count(row.requests) },
    { title: "CQEs", number: true, text: (row) => count(row.cqes) },
  ]);

  show(report, history) {
    const now = history.latest?.rings ?? [];
    this.#table.show(
      report.rings.map((ring, index) => ({ ...ring, now: now[index] })),
      (row) => row.ring,
    );
  }
}
