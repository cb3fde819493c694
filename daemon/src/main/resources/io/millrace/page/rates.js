// From counters to rates: what happened between one report and the next. Kept for five minutes.

import { sum } from "./format.js";

const KEPT_SECONDS = 300;
/** More than this between two reports (the page was hidden) is no rate of now. */
const LONGEST_GAP_SECONDS = 10;

/**
 * The bound of the bucket that a quantile of what was counted is in; null: nothing was.
 * bounds: in seconds, of all buckets but the last, which has none.
 */
function quantile(before, now, bounds, share) {
  const counts = now.map((each, bucket) => Math.max(0, each - (before[bucket] ?? 0)));
  const all = counts.reduce((one, other) => one + other, 0);
  if (all === 0) {
    return null;
  }
  let seen = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    seen += counts[bucket];
    if (seen >= share * all) {
      return bounds[bucket] ?? Infinity;
    }
  }
  return Infinity;
}

/** Of a stream, or of all of them. What was removed in between took its counts along: not below 0. */
function flow(before, now, seconds, bounds) {
  const perSecond = (name) => Math.max(0, now[name] - before[name]) / seconds;
  const drops = {};
  for (const [reason, number] of Object.entries(now.dropped)) {
    drops[reason] = Math.max(0, number - (before.dropped[reason] ?? 0)) / seconds;
  }
  return {
    datagrams: perSecond("datagrams"),
    bits: perSecond("bytes") * 8,
    dropped: sum(drops),
    drops,
    p50: quantile(before.lateness, now.lateness, bounds, 0.5),
    p99: quantile(before.lateness, now.lateness, bounds, 0.99),
  };
}

function ringRates(before, now, seconds) {
  const gained = (name) => Math.max(0, now[name] - before[name]);
  const completions = gained("completions");
  return {
    requests: gained("requests") / seconds,
    enters: gained("enters") / seconds,
    exhausted: gained("pool_exhausted") / seconds,
    cqesPerRequest: completions > 0 ? gained("cqes") / completions : null,
    cpu: (gained("user_seconds") + gained("system_seconds")) / seconds,
  };
}

export const poolUse = (ring) => 1 - ring.pool_slots_free / ring.pool_slots;

export class History {
  /** Oldest first: {time, all, streams: by name, rings: by index, cqesPerRequest, pool}. */
  points = [];
  #last = null;

  get latest() {
    return this.points.at(-1) ?? null;
  }

  /** Whether the report is news; after a reconnection the same one may come again. */
  add(report) {
    const before = this.#last;
    if (before && report.seconds > before.seconds && report.seconds - before.seconds < 0.1) {
      return false;
    }
    this.#last = report;
    const gap = before ? report.seconds - before.seconds : 0;
    if (gap > 0 && gap < LONGEST_GAP_SECONDS) {
      this.#push(before, report, gap);
    } else if (gap < 0) {
      this.points = []; // another daemon
    }
    return gap !== 0 || before === null;
  }

  #push(before, now, seconds) {
    const streams = new Map();
    const known = new Map(before.streams.map((each) => [each.stream, each]));
    for (const stream of now.streams) {
      const old = known.get(stream.stream);
      if (old) {
        streams.set(stream.stream, flow(old, stream, seconds, now.lateness_bounds));
      }
    }
    const rings = now.rings.map((ring, index) => ringRates(before.rings[index], ring, seconds));
    const gained = (name) => total(now.rings, name) - total(before.rings, name);
    this.points.push({
      time: now.time_ms / 1000,
      all: flow(before.total, now.total, seconds, now.lateness_bounds),
      streams,
      rings,
      pools: now.rings.map(poolUse),
      cqesPerRequest: gained("completions") > 0 ? gained("cqes") / gained("completions") : null,
      pool: 1 - total(now.rings, "pool_slots_free") / total(now.rings, "pool_slots"),
    });
    const oldest = this.latest.time - KEPT_SECONDS;
    while (this.points[0].time < oldest) {
      this.points.shift();
    }
  }
}

const total = (rings, name) => rings.reduce((all, ring) => all + ring[name], 0);
