// Reads the table of a chart: its figures as numbers, and as they are shown.

export function read(figure) {
  const rows = [...figure.querySelectorAll("tbody tr")];
  const times = rows.map((row) => row.querySelector("th time"));
  const isTime = times.length > 0 && times.every(Boolean);
  return {
    isTime,
    xs: isTime ? times.map((time) => Date.parse(time.dateTime) / 1000) : rows.map((_, at) => at),
    names: rows.map((row) => row.querySelector("th").textContent),
    lines: [...figure.querySelectorAll("thead th[data-tone]")].map((head, at) => line(head, rows, at)),
    marks: [...figure.querySelectorAll("tr[data-mark]")].map((row) => Number(row.dataset.mark)),
  };
}

function line(head, rows, at) {
  const cells = rows.map((row) => row.querySelectorAll("td")[at].querySelector("data"));
  return {
    name: head.textContent,
    tone: head.dataset.tone,
    isDashed: "dashed" in head.dataset,
    figures: cells.map((cell) => (cell ? Number(cell.value) : null)),
    told: cells.map((cell) => (cell ? cell.textContent : "–")),
  };
}
