/** What a reader takes away: the view as a picture, the table as csv. */
const exportsOf = (() => {
  const { draw } = dom;

  /** A cell of text that no spreadsheet takes for a formula, quoted. */
  function text(content) {
    const harmless = /^[\s\u200e\u200f\u202a-\u202e\u2066-\u2069]*[=+\-@\t\r]/.test(content) ? `'${content}` : content;
    return `"${harmless.replace(/"/g, '""')}"`;
  }
  const cell = (content) => typeof content === "number" ? (Number.isNaN(content) ? "" : String(content)) : text(content);

  const NUMBERS = ["emissions", "sequestration", "gdp", "population", "area", "account", "size_index", "revised", "price", "stage_coefficient", "amount"];

  /** The table of a year as csv with a byte-order mark: columns and units as in results.csv; a second side's after them. */
  function csv(sides, year) {
    const [{ run, result }] = sides, parents = Object.keys(run.map.parents);
    const own = (r, i) => [...NUMBERS.map((n) => n === "price" ? r.price : r[n][i]), shading.SIDES[r.side[i]], r.priority[i], r.rank[i]];
    const heads = [...NUMBERS, "group", "priority", "rank"];
    const other = sides[1] && !sides[1].result.problem ? sides[1] : null;
    const rows = run.map.units.map((unit, i) => {
      const j = other ? other.run.map.index.get(unit) : undefined;
      const beside = other ? (j === undefined ? heads.map(() => NaN) : own(other.result, j)) : [];
      return [unit, run.map.names[i], ...parents.map((p) => run.map.parents[p](i)), year, ...own(result, i), ...beside, run.data_origin];
    });
    const head = ["unit", "name", ...parents, "year", ...heads, ...(other ? heads.map((h) => `${h} (${other.title})`) : []), "data_origin"];
    return `\ufeff${[head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
  }

  /** Rough width of a text in letters of full width. */
  const wide = (content) => Array.from(content).reduce((n, c) => n + (c > "\u2e80" ? 1 : 0.55), 0);

  /** Lines of a text that fit into a width. */
  function lines(content, most) {
    const found = [""];
    for (const part of content.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) || []) {
      if (wide(found.at(-1)) + wide(part) > most && found.at(-1)) found.push("");
      found[found.length - 1] += part;
    }
    return found;
  }

  /** The view as one picture: title, what is shown under which settings, maps, legend, totals and where data come from. */
  function scene({ title, subtitle, views, legend, notes }) {
    const width = 1200, gap = 24, each = (width - 2 * gap - (views.length - 1) * gap) / views.length, parts = [];
    let y = 30;
    const write = (content, size, extra = {}) => lines(content, (width - 2 * gap) / size).forEach((one) => { y += size * 1.35; parts.push(draw("text", { x: gap, y, "font-size": size, fill: "#222", ...extra }, one)); });
    write(title, 26, { "font-weight": 600 });
    write(subtitle, 15, { fill: "#444" });
    y += 14;
    const top = y, heights = [];
    views.forEach(({ svg, name, totals }, number) => {
      const x = gap + number * (each + gap), box = svg.viewBox.baseVal;
      const height = Math.min(each * box.height / box.width, 900), copy = svg.cloneNode(true);
      let down = top;
      if (name) parts.push(draw("text", { x, y: down += 18, "font-size": 16, "font-weight": 600, fill: "#222" }, lines(name, each / 16)[0]));
      for (const [k, v] of Object.entries({ x, y: down + 8, width: each, height })) copy.setAttribute(k, v);
      parts.push(copy);
      down += height + 8;
      for (const total of totals) parts.push(draw("text", { x, y: down += 21, "font-size": 15, fill: "#222" }, total));
      heights.push(down);
    });
    y = Math.max(...heights) + 16;
    let x = gap;
    const box = (colour, label, after) => {
      parts.push(draw("rect", { x, y, width: 44, height: 14, fill: colour, stroke: "#8c8c8c", "stroke-width": 0.5 }));
      if (label) parts.push(draw("text", { x: after ? x + 50 : x + 44, y: after ? y + 12 : y + 30, "font-size": 12, "text-anchor": after ? "start" : "middle", fill: "#222" }, label));
      x += after ? 68 + 12 * wide(label) : 44;
    };
    (legend.scale || []).forEach((s, i) => box(s.colour, legend.breaks[i]));
    x += legend.scale ? 24 : 0;
    if (legend.ends) {
      parts.push(draw("text", { x, y: y + 12, "font-size": 12, fill: "#5c5c5c" }, legend.ends));
      x += 12 * wide(legend.ends) + 24;
    }
    legend.boxes.forEach((b) => box(b.colour, b.text, true));
    legend.centres.forEach(({ colour, text: label }) => {
      parts.push(draw("circle", { cx: x + 7, cy: y + 7, r: 6, fill: "#fff", stroke: colour, "stroke-width": 2 }), draw("text", { x: x + 19, y: y + 12, "font-size": 12, fill: "#222" }, label));
      x += 40 + 12 * wide(label);
    });
    y += 44;
    notes.forEach((note) => write(note, 12, { fill: "#5c5c5c" }));
    const height = Math.ceil(y + 20);
    return draw("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`, "font-family": "'Noto Sans','Helvetica Neue',Arial,'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif" },
      draw("rect", { width, height, fill: "#fff" }), ...parts);
  }

  /** A scene as a png, drawn at twice its size. */
  async function png(svg) {
    const picture = new Image();
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 2 * Number(svg.getAttribute("width"));
    canvas.height = 2 * Number(svg.getAttribute("height"));
    const pen = canvas.getContext("2d");
    pen.scale(2, 2);
    pen.drawImage(picture, 0, 0);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }

  function save(blob, name) {
    const link = dom.make("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  return { csv, scene, png, save };
})();
