// The axes of a chart: what stands beside their marks, in UTC and in the unit of the figures.

const DAY = 86400;
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });
const UNITS = {
  count: (value) => (Number.isInteger(value) ? compact.format(value) : ""),
  money: (value) => compact.format(value),
  share: (value) => `${Math.round(value * 100)} %`,
  seconds: duration,
};

export function axes(unit, table, colour) {
  const common = {
    stroke: colour("text-soft"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: colour("line"), width: 1 },
    ticks: { show: false },
  };
  const told = table.isTime ? times : names(table.names);
  const whole = (_, splits) => splits.filter((at) => Number.isInteger(at));
  const along = { ...common, size: 26, gap: 4, values: told, grid: { show: false } };
  if (!table.isTime) along.filter = whole;
  return [along, { ...common, size: 52, gap: 4, space: 32, values: (_, splits) => splits.map(UNITS[unit]) }];
}

function times(_, splits, _axis, _space, step) {
  return splits.map((seconds) => {
    const text = new Date(seconds * 1000).toISOString();
    return step >= DAY || seconds % DAY === 0 ? text.slice(5, 10) : text.slice(11, 16);
  });
}

function names(all) {
  return (_, splits) => splits.map((at) => (at == null ? "" : (all[at] ?? "")));
}

function duration(seconds) {
  if (seconds === 0) return "0";
  if (seconds < 1) return `${compact.format(seconds * 1000)} ms`;
  if (seconds < 120) return `${compact.format(seconds)} s`;
  return seconds < 7200 ? `${compact.format(seconds / 60)} min` : `${compact.format(seconds / 3600)} h`;
}
