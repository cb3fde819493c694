// The plots of the last five minutes, of all streams or of one.

import uPlot from "./uPlot.esm.js";
import { clock, lateness, percent, ratio, short } from "./format.js";

/** What the time axis spans at least and at most. */
const SPAN_SECONDS = [60, 300];
const HEIGHT = 160;
/** Lines of their own; what there is more is one line together, or left to the tables. */
const MOST_LINES = 7;
/** What is later than a second is drawn here. */
const LATEST_SECONDS = 2;

const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);

/** A colour of the style sheet as a canvas takes it. */
function colour(name) {
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

/** One plot. Made anew when its lines or the colours change; else it is only given new data. */
class Plot {
  #title;
  #host = document.createElement("div");
  #format;
  #scale;
  #plot = null;
  #labels = null;

  constructor(parent, title, format, scale) {
    this.#title = title;
    this.#format = format;
    this.#scale = scale;
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    caption.textContent = title;
    this.#host.className = "plot";
    figure.append(caption, this.#host);
    parent.append(figure);
    new ResizeObserver(() => this.#plot?.setSize({ width: this.#host.clientWidth, height: HEIGHT })).observe(this.#host);
  }

  /** Lines are {label, values}, values as many as times. */
  draw(times, lines) {
    const labels = lines.map((line) => line.label).join("\n");
    const data = [times, ...lines.map((line) => line.values)];
    if (this.#plot && labels === this.#labels) {
      this.#plot.setData(data);
      this.#showLatest(times);
    } else {
      this.#plot?.destroy();
      this.#labels = labels;
      this.#plot = new uPlot(this.#options(lines), data, this.#host);
      this.#host.querySelector(".u-legend").setAttribute("aria-label", `${this.#title}: latest values`);
      this.#showLatest(times);
    }
  }

  /** The legend has the values at the cursor, or else the latest. */
  #showLatest(times) {
    if (this.#plot.cursor.left < 0) {
      this.#plot.setLegend({ idx: times.length - 1 });
    }
  }

  /** Its colours are not right any more. */
  forget() {
    this.#labels = null;
  }

  #options(lines) {
    const format = this.#format;
    const axis = { stroke: colour("quiet"), ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const grid = { stroke: colour("grid"), width: 1, filter: this.#scale.grid ?? ((plot, splits) => splits) };
    return {
      width: this.#host.clientWidth,
      height: HEIGHT,
      cursor: { sync: { key: "millrace" }, drag: { x: false, y: false }, y: false },
      scales: { x: { range: span }, y: this.#scale },
      axes: [
        { ...axis, grid: { show: false }, size: 30, space: 90, values: (plot, splits) => splits.map(clock) },
        {
          ...axis,
          grid,
          size: 62,
          space: 32,
          values: (plot, splits) => splits.map((each) => (each === null ? "" : format(each))),
        },
      ],
      series: [
        { label: "Time", value: (plot, each) => (each === null ? "" : clock(each)) },
        ...lines.map((line, index) => ({
          label: line.label,
          stroke: colour(`line-${index + 1}`),
          width: 2,
          points: { show: false },
          value: (plot, each) => (each === null ? "" : format(each)),
        })),
      ],
    };
  }
}

function span(plot, min, max) {
  const [least, most] = SPAN_SECONDS;
  return [max - Math.min(most, Math.max(least, max - min)), max];
}

const linear = { range: (plot, min, max) => [0, max > 0 ? max * 1.1 : 1] };
const share = { range: () => [0, 1] };
const logarithmic = {
  distr: 3,
  range: (plot, min, max) => [1e-6, max > 1e-3 ? 10 ** Math.ceil(Math.log10(max)) : 1e-3],
  // Lines at the powers of ten, and not at each multiple of them.
  grid: (plot, splits) => splits.map((each) => (Number.isInteger(Math.round(Math.log10(each) * 1e6) / 1e6) ? each : null)),
};

export class Plots {
  #scope = document.getElementById("scope");
  #plots = new Map();
  #streams = [];
  #reasons = [];

  constructor() {
    const parent = document.getElementById("plots");
    for (const [id, title, format, scale] of [
      ["rate", "Datagrams per second", short, linear],
      ["drops", "Dropped datagrams per second, by reason", short, linear],
      ["late", "Lateness of datagrams", lateness, logarithmic],
      ["cqes", "CQEs per request", ratio, linear],
      ["pool", "Pool in use", percent, share],
      ["busy", "CPU time of rings", percent, share],
    ]) {
      this.#plots.set(id, new Plot(parent, title, format, scale));
    }
  }

  show(report, history) {
    const names = report.streams.map((each) => each.stream);
    const listed = names.slice(0, names.length > MOST_LINES ? MOST_LINES - 1 : MOST_LINES);
    this.#streams = { listed, others: report.total.streams > listed.length };
    // In the order of their first appearance, so that none changes its colour.
    for (const reason of Object.keys(report.total.dropped)) {
      if (!this.#reasons.includes(reason) && this.#reasons.length < MOST_LINES) {
        this.#reasons.push(reason);
      }
    }
    this.draw(history);
  }

  /** All of it anew, in the colours of now. */
  redress(history) {
    this.#plots.forEach((plot) => plot.forget());
    this.draw(history);
  }

  draw(history) {
    const points = history.points;
    if (points.length === 0) {
      return;
    }
    const times = points.map((point) => point.time);
    const line = (label, value) => ({ label, values: points.map((point) => value(point) ?? null) });
    const stream = this.#scope.value;
    const flow = (point) => (stream === "" ? point.all : point.streams.get(stream));
    const late = (seconds) => (seconds === undefined ? null : seconds && Math.min(seconds, LATEST_SECONDS));
    const rings = points.at(-1).rings.slice(0, MOST_LINES).map((ring, index) => index);

    this.#plots.get("rate").draw(times, stream === "" ? this.#rates(line) : [line(stream, (at) => flow(at)?.datagrams)]);
    this.#plots.get("drops").draw(
      times,
      this.#reasons.length === 0
        ? [line("none", () => 0)]
        : this.#reasons.map((reason) => line(reason, (at) => flow(at)?.drops[reason] ?? 0)),
    );
    this.#plots.get("late").draw(times, [
      line("50 %", (at) => late(flow(at)?.p50)),
      line("99 %", (at) => late(flow(at)?.p99)),
    ]);
    this.#plots.get("cqes").draw(times, rings.map((ring) => line(`ring ${ring}`, (at) => at.rings[ring]?.cqesPerRequest)));
    this.#plots.get("pool").draw(times, rings.map((ring) => line(`ring ${ring}`, (at) => at.pools[ring])));
    this.#plots.get("busy").draw(times, rings.map((ring) => line(`ring ${ring}`, (at) => at.rings[ring]?.cpu)));
  }

  #rates(line) {
    const { listed, others } = this.#streams;
    const lines = listed.map((name) => line(name, (at) => at.streams.get(name)?.datagrams));
    if (others) {
      const rest = (at) => listed.reduce((left, name) => left - (at.streams.get(name)?.datagrams ?? 0), at.all.datagrams);
      lines.push(line("others", (at) => Math.max(0, rest(at))));
    }
    return lines;
  }
}
