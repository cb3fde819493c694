// Numbers as people read them. A rate that isn't known yet is a dash.

export const DASH = "–";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const two = new Intl.NumberFormat("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const known = (value) => value !== null && value !== undefined && !Number.isNaN(value);

export function count(value) {
  return known(value) ? whole.format(value) : DASH;
}

/** A ratio such as CQEs per request. */
export function ratio(value) {
  return known(value) ? two.format(value) : DASH;
}

export function percent(value) {
  return known(value) ? `${one.format(100 * value)} %` : DASH;
}

/** Three digits and a prefix: 1.23 M. */
export function short(value) {
  if (!known(value)) {
    return DASH;
  }
  for (const [unit, prefix] of [[1e9, " G"], [1e6, " M"], [1e3, " k"]]) {
    if (value >= unit) {
      const scaled = value / unit;
      return (scaled >= 100 ? whole : scaled >= 10 ? one : two).format(scaled) + prefix;
    }
  }
  return value > 0 && value < 10 ? String(Number(value.toFixed(1))) : whole.format(value);
}

/** Of bits per second, as the configuration writes it. */
export function bitRate(value) {
  return known(value) ? `${one.format(value / 1e6)} Mbit/s` : DASH;
}

/** Of seconds: 64 µs, 2 ms, 1 s. */
export function lateness(seconds) {
  if (!known(seconds)) {
    return DASH;
  }
  if (seconds === Infinity) {
    return "> 1 s";
  }
  if (seconds >= 1) {
    return `${Number(seconds.toFixed(1))} s`;
  }
  return seconds >= 0.001 ? `${Number((seconds * 1e3).toFixed(1))} ms` : `${Number((seconds * 1e6).toFixed(1))} µs`;
}

/** Of seconds since the epoch: 14:03:07. */
export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString("en-GB");
}

/** Counts by reason: "3 ENOBUFS, 1 EPERM", or 0. */
export function reasons(dropped) {
  const parts = Object.entries(dropped).map(([reason, number]) => `${count(number)} ${reason}`);
  return parts.length === 0 ? "0" : parts.join(", ");
}

export function sum(dropped) {
  return Object.values(dropped).reduce((all, each) => all + each, 0);
}
