// Draws the charts of a page: each is a table of figures with an empty box above it.

import { axes } from "./chart-axes.js";
import { read } from "./chart-table.js";
import { tip } from "./chart-tip.js";

const drawn = new Map();

for (const figure of document.querySelectorAll("[data-chart]")) draw(figure);
document.addEventListener("themechange", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
// A part of a page that comes later says so.
document.addEventListener("partloaded", (event) => {
  for (const figure of event.target.querySelectorAll("[data-chart]")) draw(figure);
});

function redraw() {
  for (const [figure, chart] of drawn) {
    chart.plot.destroy();
    chart.watch.disconnect();
    draw(figure);
  }
}

function draw(figure) {
  const box = figure.querySelector("[data-plot]");
  const table = read(figure);
  const plot = new uPlot(options(figure, box, table), data(figure, table), box);
  const watch = new ResizeObserver(() => plot.setSize(size(box)));
  watch.observe(box);
  drawn.set(figure, { plot, watch });
}

function size(box) {
  return { width: Math.max(box.clientWidth, 50), height: box.clientHeight };
}

// Bars stand on top of each other, so that each ends where those up to it end together.
function data(figure, { xs, lines }) {
  if (figure.dataset.chart !== "bars") return [xs, ...lines.map((line) => line.figures)];
  const sums = xs.map(() => 0);
  const tops = lines.map((line) => line.figures.map((value, at) => (sums[at] += value ?? 0)));
  return [xs, ...tops.reverse()];
}

function options(figure, box, table) {
  const form = figure.dataset.chart;
  const colour = palette();
  const lines = table.lines.map((line, at) => series(line, form, at === 0, colour));
  if (form === "bars") lines.reverse();
  return {
    ...size(box),
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { show: form !== "bars" } },
    scales: scales(figure, form, table),
    axes: axes(figure.dataset.unit, table, colour),
    series: [{}, ...lines],
    hooks: { draw: [(plot) => marks(plot, table, colour)] },
    plugins: [tip(table)],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
  };
}

function series(line, form, isFirst, colour) {
  const stroke = colour(line.tone);
  if (form === "bars") {
    return { fill: stroke, stroke, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.8, 48] }) };
  }
  return {
    stroke,
    width: 1.5,
    dash: line.isDashed ? [4, 4] : undefined,
    fill: form === "area" && isFirst ? `color-mix(in srgb, ${stroke} 14%, transparent)` : undefined,
    // A figure between two holes has no line: only its point shows it.
    points: { show: alone(line.figures), size: 5, fill: stroke },
  };
}

function alone(figures) {
  const isHole = (at) => figures[at] == null;
  return figures.some((value, at) => value != null && isHole(at - 1) && isHole(at + 1));
}

function scales(figure, form, { xs, isTime, marks: levels }) {
  const last = xs.length - 1;
  const step = xs.length > 1 ? xs[1] - xs[0] : isTime ? 3600 : 1;
  const room = form === "bars" ? step * 0.6 : xs.length > 1 ? 0 : step;
  const most = Math.max(0, ...levels);
  const top = figure.dataset.unit === "share" ? 1 : undefined;
  return {
    x: { time: isTime, range: () => [xs[0] - room, xs[last] + room] },
    y: { range: (_, low, high) => [Math.min(0, low ?? 0), top ?? (Math.max(high ?? 0, most) * 1.08 || 1)] },
  };
}

function marks(plot, table, colour) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour("open");
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const level of table.marks) {
    const y = plot.valToPos(level, "y", true);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

function palette() {
  const style = getComputedStyle(document.documentElement);
  return (role) => style.getPropertyValue(`--${role}`).trim();
}
