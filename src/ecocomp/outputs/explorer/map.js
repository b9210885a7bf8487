/** The map: polygons as SVG paths, borders, centres of gravity, a scale bar; pointer, keyboard, zoom. */
const mapView = (() => {
  const { make, draw } = dom;
  const PAD = 0.025, NEAREST = 24;

  /** A map in an element. @param act { select(i), hover(i or null, event), zoomed(view) } */
  function create(place, map, act) {
    const pad = PAD * Math.max(map.width, map.height);
    const whole = [-pad, -pad, map.width + 2 * pad, map.height + 2 * pad];
    const svg = draw("svg", { viewBox: whole.join(" "), "aria-hidden": "true", focusable: "false", preserveAspectRatio: "xMidYMid meet" });
    const look = shading.look();
    const thin = { fill: "none", "vector-effect": "non-scaling-stroke", "stroke-linejoin": "round", "pointer-events": "none" };
    const ground = draw("g", {}), land = draw("g", {});
    map.paths.slice(map.n).forEach((d) => ground.append(draw("path", { d, fill: look.backdrop, "fill-rule": "evenodd" })));
    const polygons = map.paths.slice(0, map.n).map((d, i) => draw("path", { d, "data-unit": i, "fill-rule": "evenodd" }));
    land.append(...polygons);
    const chosen = draw("path", { ...thin, stroke: "#111", "stroke-width": 2.4 });
    const halo = draw("path", { ...thin, stroke: "#fff", "stroke-width": 5 });
    const marks = draw("g", { "pointer-events": "none" }), fittings = draw("g", { "pointer-events": "none" });
    svg.append(ground, land, draw("path", { ...thin, d: map.borders, stroke: look.edge, "stroke-width": 0.5, "stroke-opacity": 0.75 }),
      draw("path", { ...thin, d: map.outlines, stroke: look.ink, "stroke-width": 1.1 }), halo, chosen, marks, fittings);
    const zoom = make("div", { class: "zoom" },
      ...[["+", "zoom_in", 0.625], ["−", "zoom_out", 1.6], ["⤢", "zoom_all", 0]].map(([sign, key, factor]) =>
        make("button", { type: "button", "data-key": key, on: { click: () => factor ? zoomBy(factor) : setView(whole) } }, sign)));
    const frame = make("div", { class: "frame", role: "application", tabindex: "0", "aria-describedby": "map-help" }, svg);
    frame.style.aspectRatio = `${whole[2]} / ${Math.max(whole[3], whole[2] * 0.62)}`;
    place.replaceChildren(make("div", { class: "canvas" }, frame, zoom));

    const right = emptier(map);
    let view = whole, selected = null, colours = [], drawn = { centres: [], name: null }, laid = false;
    const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

    function setView([x, y, w, h], told = true) {
      w = clamp(w, whole[2] / NEAREST, whole[2]);
      h = w * whole[3] / whole[2];
      view = [clamp(x, whole[0], whole[0] + whole[2] - w), clamp(y, whole[1], whole[1] + whole[3] - h), w, h];
      svg.setAttribute("viewBox", view.join(" "));
      fit();
      if (told) act.zoomed(view);
    }
    function zoomBy(factor, at = [view[0] + view[2] / 2, view[1] + view[3] / 2]) {
      setView([at[0] - (at[0] - view[0]) * factor, at[1] - (at[1] - view[1]) * factor, view[2] * factor, view[3] * factor]);
    }
    /** Steps of the grid a pixel of the screen. */
    function pixel() {
      const box = svg.getBoundingClientRect();
      return Math.max(view[2] / (box.width || 600), view[3] / (box.height || 600));
    }
    function toGrid(event) {
      const box = svg.getBoundingClientRect(), p = pixel();
      return [view[0] + view[2] / 2 + (event.clientX - box.left - box.width / 2) * p, view[1] + view[3] / 2 + (event.clientY - box.top - box.height / 2) * p];
    }

    /** Draws what keeps its size on the screen: centres, the name of the chosen unit, the scale bar. */
    function fit() {
      if (!laid) return; // its size is told when it is laid out: to ask before would lay the page out twice
      const p = pixel();
      marks.replaceChildren(...centreMarks(drawn.centres, map, p), ...nameMark(drawn.name, selected, map, p));
      fittings.replaceChildren(...scaleBar(map, svg, view, p, right));
    }

    let drag = null, dragged = false;
    frame.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the wheel alone scrolls the page; two fingers count as Ctrl
      event.preventDefault();
      zoomBy(event.deltaY > 0 ? 1.2 : 1 / 1.2, toGrid(event));
    }, { passive: false });
    frame.addEventListener("pointerdown", (event) => { drag = { x: event.clientX, y: event.clientY, view }; dragged = false; });
    frame.addEventListener("pointermove", (event) => {
      if (drag && event.buttons && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 4) dragged = true;
      if (drag && dragged && view[2] < whole[2]) {
        const p = pixel();
        setView([drag.view[0] - (event.clientX - drag.x) * p, drag.view[1] - (event.clientY - drag.y) * p, view[2], view[3]]);
      }
      const unit = event.target.dataset?.unit;
      act.hover(unit === undefined || dragged ? null : Number(unit), event);
    });
    window.addEventListener("pointerup", () => { drag = null; });
    frame.addEventListener("pointerleave", () => act.hover(null));
    frame.addEventListener("click", (event) => {
      const unit = event.target.dataset?.unit;
      if (!dragged && unit !== undefined) act.select(Number(unit));
    });
    frame.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (step && !event.altKey && !event.ctrlKey && !event.metaKey) act.select(beside(map, selected, step));
      else if (event.key === "+" || event.key === "=") zoomBy(0.625);
      else if (event.key === "-") zoomBy(1.6);
      else if (event.key === "0") setView(whole);
      else return;
      event.preventDefault();
    });
    new ResizeObserver(() => { laid = true; fit(); }).observe(svg);

    return {
      svg, frame, map, setView, view: () => view,
      paint(next) { next.forEach((colour, i) => { if (colours[i] !== colour) polygons[i].setAttribute("fill", colour); }); colours = next; },
      show(unit, centres, title) {
        selected = unit;
        const d = unit === null ? "" : map.paths[unit];
        chosen.setAttribute("d", d);
        halo.setAttribute("d", d);
        drawn = { centres, name: unit === null ? null : map.names[unit] };
        frame.setAttribute("aria-label", title);
        for (const button of zoom.children) button.setAttribute("aria-label", words.say(button.dataset.key));
        fit();
      },
    };
  }

  /** The unit that lies nearest in a direction (right, up): within 60° of it, else the unit itself. */
  function beside(map, unit, [right, up]) {
    const middle = (values) => (Math.min(...values) + Math.max(...values)) / 2;
    const [x, y] = unit === null ? [middle(map.x), middle(map.y)] : [map.x[unit], map.y[unit]];
    let best = unit, least = Infinity;
    for (let i = 0; i < map.n; i++) {
      if (i === unit) continue;
      const [dx, dy] = [map.x[i] - x, map.y[i] - y], along = dx * right + dy * up, distance = Math.hypot(dx, dy);
      const cost = unit === null ? distance : along > distance / 2 ? distance * (2 - along / distance) : Infinity;
      if (cost < least) [best, least] = [i, cost];
    }
    return best;
  }

  /** Centres of gravity: the year's as a cross in a ring, its track over the years as a line with dots. */
  function centreMarks(centres, map, p) {
    return centres.flatMap(({ colour, track, now }) => {
      const points = track.filter(Boolean).map((c) => map.place(c.x, c.y));
      const line = points.length > 1 ? [draw("polyline", { points: points.map((q) => q.join(",")).join(" "), fill: "none", stroke: "#fff", "stroke-width": 4 * p }),
        draw("polyline", { points: points.map((q) => q.join(",")).join(" "), fill: "none", stroke: colour, "stroke-width": 1.6 * p })] : [];
      const dots = points.map(([cx, cy]) => draw("circle", { cx, cy, r: 2.2 * p, fill: colour, stroke: "#fff", "stroke-width": 0.8 * p }));
      if (!now) return [...line, ...dots];
      const [cx, cy] = map.place(now.x, now.y), arm = 5 * p;
      const cross = (stroke, width) => draw("path", { d: `M${cx - arm} ${cy}h${2 * arm}M${cx} ${cy - arm}v${2 * arm}`, stroke, "stroke-width": width * p, fill: "none" });
      return [...line, ...dots, draw("circle", { cx, cy, r: 8 * p, fill: "#fff", "fill-opacity": 0.9, stroke: colour, "stroke-width": 2.2 * p }), cross(colour, 2)];
    });
  }

  function nameMark(name, unit, map, p) {
    if (unit === null || name === null) return [];
    const [x, y] = map.place(map.x[unit], map.y[unit]);
    const shown = name.length > 28 ? `${name.slice(0, 27)}…` : name;
    return [draw("text", { x, y: y + 5 * p, "font-size": 13 * p, "font-family": "sans-serif", "font-weight": 600, "text-anchor": "middle", fill: "#111", stroke: "#fff", "stroke-width": 3.5 * p, "paint-order": "stroke", "stroke-linejoin": "round" }, shown)];
  }

  /** Whether the lower right corner of a map holds less of it than the lower left one. */
  function emptier(map) {
    const low = map.rings.slice(0, map.n).flat(2).filter(([, y]) => y > map.height * 0.82);
    return low.filter(([x]) => x > map.width * 0.7).length < low.filter(([x]) => x < map.width * 0.3).length;
  }

  /** A bar of round length near a sixth of the map's width, and an arrow to the north. */
  function scaleBar(map, svg, view, p, right) {
    const box = svg.getBoundingClientRect(), width = (box.width || 600) * p, height = (box.height || 600) * p;
    const middle = view[0] + view[2] / 2, south = view[1] + view[3] / 2 + height / 2;
    const wanted = width * map.step / 1000 / 6, scale = 10 ** Math.floor(Math.log10(wanted));
    const km = [5, 2, 1].find((s) => s * scale <= wanted) * scale, length = km * 1000 / map.step;
    const x = right ? middle + width / 2 - length - 14 * p : middle - width / 2 + 14 * p, y = south - 14 * p;
    const text = (at, up, size, shown) => draw("text", { x: at, y: up, "font-size": size * p, "font-family": "sans-serif", "text-anchor": "middle", fill: "#262626", stroke: "#fff", "stroke-width": 3 * p, "paint-order": "stroke" }, shown);
    return [
      draw("path", { d: `M${x} ${y - 5 * p}v${5 * p}h${length}v${-5 * p}`, fill: "none", stroke: "#fff", "stroke-width": 4 * p }),
      draw("path", { d: `M${x} ${y - 5 * p}v${5 * p}h${length}v${-5 * p}`, fill: "none", stroke: "#262626", "stroke-width": 1.3 * p }),
      text(x + length / 2, y - 5 * p, 11, `${words.short(km)} km`),
      draw("path", { d: `M${x + 6 * p} ${y - 36 * p}l${-5 * p} ${13 * p}l${5 * p} ${-4 * p}l${5 * p} ${4 * p}z`, fill: "#262626", stroke: "#fff", "stroke-width": p, "paint-order": "stroke" }),
      text(x + 6 * p, y - 39 * p, 10, "N"),
    ];
  }

  return { create, beside };
})();
