/** Reads the data of the page: typed columns, borders as arcs. */
const data = (() => {
  const KINDS = { f8: Float64Array, f4: Float32Array, u1: Uint8Array, u2: Uint16Array, u4: Uint32Array };

  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

  /** A column as { values, each, labels, at(unit, year) }. */
  function column(stored, years) {
    const values = new KINDS[stored.kind](bytes(stored.data).buffer);
    const at = stored.each === "unit" ? (i) => values[i] : (i, t = 0) => values[i * years + t];
    const label = stored.labels && ((i, t) => stored.labels[at(i, t)]);
    return { values, at, label };
  }

  /** Whole numbers written as zigzag varints. */
  function* varints(text) {
    let number = 0, scale = 1;
    for (const byte of bytes(text)) {
      number += (byte & 127) * scale;
      scale *= 128;
      if (byte > 127) continue;
      yield number % 2 ? -(number + 1) / 2 : number / 2;
      number = 0;
      scale = 1;
    }
  }

  function arcs(text) {
    const numbers = varints(text), next = () => numbers.next().value;
    return Array.from({ length: next() }, () => {
      const points = [];
      let x = 0, y = 0;
      for (let left = next(); left > 0; left--) points.push([x += next(), y += next()]);
      return points;
    });
  }

  function shapes(text) {
    const numbers = varints(text), next = () => numbers.next().value;
    return Array.from({ length: next() }, () => Array.from({ length: next() }, () => Array.from({ length: next() }, next)));
  }

  /** A line as an SVG path, after its first point in steps. */
  function line(points) {
    let [x, y] = points[0], path = `M${x} ${y}l`;
    for (const [u, v] of points.slice(1)) {
      path += `${u - x} ${v - y} `;
      [x, y] = [u, v];
    }
    return path.trimEnd();
  }

  function ringPoints(ring, lines) {
    const points = [];
    for (const number of ring) {
      const own = number < 0 ? [...lines[~number]].reverse() : lines[number];
      for (let i = points.length ? 1 : 0; i < own.length; i++) points.push(own[i]);
    }
    return points;
  }

  /** A map: units with names, paths of their polygons, borders between them, and centroids on the grid. */
  function mapOf(stored, pool) {
    const read = (number, years = 1) => column(pool[number], years);
    const lines = arcs(stored.arcs), polygons = shapes(stored.rings), n = stored.units.length;
    const rings = polygons.map((polygon) => polygon.map((ring) => ringPoints(ring, lines)));
    const x = read(stored.x).values, y = read(stored.y).values;
    const parents = Object.fromEntries(Object.entries(stored.parents).map(([level, number]) => [level, read(number).label]));
    const first = Object.values(parents)[0];
    const users = lines.map(() => []);
    polygons.forEach((polygon, i) => polygon.forEach((ring) => ring.forEach((a) => users[a < 0 ? ~a : a].push(i))));
    const owner = (i) => i >= n ? "" : first ? first(i) : "all";
    const borders = ["", ""];
    users.forEach(([a, b], number) => {
      if (a >= n && (b === undefined || b >= n)) return;
      borders[b === undefined || owner(a) !== owner(b) ? 1 : 0] += line(lines[number]);
    });
    const starts = read(stored.neighbour_starts).values, members = read(stored.neighbours).values;
    return {
      units: stored.units, names: stored.names, latin: stored.latin, search: stored.search, parents, n, x, y,
      origin: stored.origin, width: stored.width, height: stored.height, step: stored.step, rings,
      index: new Map(stored.units.map((unit, i) => [unit, i])),
      paths: rings.map((polygon) => polygon.map((points) => `${line(points)}z`).join("")),
      borders: borders[0], outlines: borders[1],
      place: (px, py) => [(px - stored.west) / stored.step, (stored.north - py) / stored.step],
      neighbours: (i) => Array.from(members.subarray(starts[i], starts[i + 1])),
    };
  }

  /** A run with at(t), which gives the columns of a year. */
  function runOf(stored, maps, pool) {
    const map = maps[stored.map], years = stored.years.length, slices = [];
    const read = (columns) => Object.fromEntries(Object.entries(columns).map(([name, number]) => [name, column(pool[number], years)]));
    const columns = read(stored.columns);
    const at = (t) => slices[t] ??= Object.fromEntries(Object.entries(columns).map(([name, { at: cell }]) =>
      [name, Float64Array.from({ length: map.n }, (_, i) => cell(i, t))]));
    const told = stored.transfers;
    const flows = told && Object.fromEntries(["counts", "starts", "partners", "amounts"].map((k) => [k, column(pool[told[k]], 1).values]));
    const transfers = (i, t) => {
      if (!flows) return null;
      const cell = i * years + t, found = [];
      for (let j = flows.starts[cell]; j < flows.starts[cell + 1]; j++) {
        const partner = flows.partners[j];
        found.push({ unit: partner < map.n ? partner : null, name: partner < map.n ? map.names[partner] : told.others[partner - map.n], amount: flows.amounts[j] });
      }
      return { count: flows.counts[cell], found };
    };
    return { ...stored, map, at, asRun: read(stored.as_run), transfers };
  }

  /** Everything that the page holds. */
  function readAll(text) {
    const stored = JSON.parse(text);
    const maps = stored.maps.map((m) => mapOf(m, stored.columns));
    return { ...stored, runs: stored.runs.map((r) => runOf(r, maps, stored.columns)) };
  }

  return { readAll };
})();
