/** One unit: why it pays, its account by year, its neighbours, its certainty, its transfers. */
const unitView = (() => {
  const { make, draw, value, byId, mixed } = dom;

  const step = (sign, text, shown, plain, note) => make("tr", {}, make("td", { class: "sign" }, sign), make("th", { scope: "row" }, text, note ? make("span", { class: "soft" }, ` ${note}`) : null), make("td", { class: "n" }, plain === undefined ? shown : value(shown, plain)));

  /** The steps from emissions to the amount, each with its number. */
  function whyRows(result, i, settings) {
    const mass = (v, kind = "mass") => words.amount(v, kind), parts = result.parts, rows = [];
    const head = (name, kind) => words.headed(name, kind);
    rows.push(step("", head("emissions", "mass"), mass(result.emissions[i]), result.emissions[i]));
    rows.push(step("−", head("sequestration", "mass"), mass(result.sequestration[i]), result.sequestration[i]));
    rows.push(step("=", head("account", "mass"), mass(result.account[i]), result.account[i]));
    const revised = () => step("=", head("revised", shading.unitOf("revised", settings)), mass(result.revised[i]), result.revised[i]);
    if (settings.revision === "size_normalised") {
      const sizes = Object.keys(parts.sizes).map((f) => `${words.label(f)} ${words.number(parts.sizes[f][i])}`).join(words.say("comma"));
      rows.push(step("÷", words.label("size_index"), words.number(result.size_index[i]), result.size_index[i], words.say("sizes", { mean: words.say(settings.mean), sizes })));
      if (settings.rescale !== "none") rows.push(step("×", words.say("rescaling"), words.number(result.revised[i] / parts.plain[i])));
      rows.push(revised());
    } else if (settings.revision !== "none") {
      const less = result.account[i] - result.revised[i];
      if (parts.factor) rows.push(step("×", words.say("factor"), words.number(parts.factor[i]), parts.factor[i]));
      else rows.push(step("−", words.say(parts.share ? "share_due" : "allowed"), mass(less), less, parts.share ? words.say("share", { share: words.number(100 * parts.share[i]) }) : null));
      rows.push(revised());
    }
    rows.push(step("×", head("price", "price"), words.short(result.price), result.price));
    if (settings.stage) rows.push(step("×", words.label("stage_coefficient"), words.number(result.stage_coefficient[i]), result.stage_coefficient[i]));
    rows.push(step("=", head("amount", "money"), words.amount(result.amount[i], "money"), result.amount[i], words.say(`is_${shading.SIDES[result.side[i]]}`)));
    rows.push(step("÷", head("gdp", "money"), words.amount(result.gdp[i], "money"), result.gdp[i]));
    rows.push(step("=", words.label("priority"), words.number(result.priority[i]), result.priority[i], result.rank[i] >= 1 ? words.say("ranked", { rank: words.count(result.rank[i]) }) : null));
    return rows;
  }

  function why(result, i, settings) {
    const note = Number.isNaN(result.amount[i]) ? make("p", { class: "problem" }, words.say(Number.isNaN(result.revised[i]) ? "no_amount" : "no_stage")) : null;
    return make("section", {}, make("h3", {}, words.say(result.amount[i] < 0 ? "why_receives" : "why_pays")), note,
      make("table", { class: "why", id: "why" }, make("tbody", {}, whyRows(result, i, settings))));
  }

  /** Bars of the amount by year, for the eye; the table beside it has the numbers. */
  function bars(years, now) {
    const width = 240, height = 64, most = Math.max(...years.map((y) => Math.abs(y.amount)).filter(Number.isFinite), 1e-300);
    const high = Math.max(...years.map((y) => y.amount).filter(Number.isFinite), 0), low = Math.min(...years.map((y) => y.amount).filter(Number.isFinite), 0);
    const zero = height * (high / ((high - low) || 1)), each = width / years.length, look = shading.look();
    return draw("svg", { viewBox: `0 0 ${width} ${height + 2}`, class: "spark", "aria-hidden": "true", preserveAspectRatio: "none" },
      ...years.filter((y) => Number.isFinite(y.amount)).map((y) => {
        const size = Math.abs(y.amount) / most * (height * (Math.max(high, -low) / ((high - low) || 1)));
        return draw("rect", { x: years.indexOf(y) * each + each * 0.15, y: y.amount >= 0 ? zero - size : zero, width: each * 0.7, height: Math.max(size, 0.8), fill: y.amount >= 0 ? look.payments : look.receipts, "fill-opacity": y.year === now ? 1 : 0.45 });
      }), draw("path", { d: `M0 ${zero}h${width}`, stroke: "#262626", "stroke-width": 1, "vector-effect": "non-scaling-stroke" }));
  }

  function byYear(run, results, i, year, settings) {
    const names = [["emissions", "mass"], ["sequestration", "mass"], ["account", "mass"], ["revised", shading.unitOf("revised", settings)], ["amount", "money"], ["rank", "rank"]];
    const rows = run.years.map((y, t) => ({ year: y, amount: results(t).problem ? NaN : results(t).amount[i], result: results(t) }));
    const own = (y) => y === year ? "n chosen" : "n";
    const cell = ({ year: y, result }, n, kind) => {
      const v = result.problem ? NaN : result[n][i];
      return make("td", { class: own(y) }, Number.isNaN(v) ? "–" : value(kind === "rank" ? words.count(v) : words.amount(v, kind), v));
    };
    return make("section", {}, make("h3", {}, words.say("by_year")), bars(rows, year),
      make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": words.say("by_year") }, make("table", { id: "by-year" },
        make("thead", {}, make("tr", {}, make("td", {}), ...rows.map(({ year: y }) => make("th", { scope: "col", class: own(y) }, String(y))))),
        make("tbody", {}, names.map(([n, kind]) => make("tr", {}, make("th", { scope: "row" }, kind === "rank" ? words.label(n) : words.headed(n, kind)), ...rows.map((r) => cell(r, n, kind))))))));
  }

  function neighbours(run, result, i, select) {
    const all = run.map.neighbours(i);
    const swatch = (j) => { const s = make("i", { class: "swatch", "aria-hidden": "true" }); s.style.background = { 1: shading.look().payments, "-1": shading.look().receipts, 0: shading.look().balanced, 2: shading.look().missing }[result.side[j]]; return s; };
    const rows = all.map((j) => make("li", {}, swatch(j), make("button", { type: "button", class: "name", on: { click: () => select(j) } }, ...mixed(run.map.names[j])),
      make("span", { class: "n" }, Number.isNaN(result.amount[j]) ? words.say("missing") : value(words.amount(result.amount[j], "money"), result.amount[j]))));
    return make("section", {}, make("h3", {}, words.say("neighbours")), all.length ? make("p", { class: "soft" }, words.headed("amount", "money")) : make("p", {}, words.say("no_neighbours")), make("ul", { class: "list", id: "neighbours" }, rows));
  }

  /** What only the run knows: cluster, class, settled amount, transfers, certainty. */
  function asRun(run, t, i, changed, select) {
    const told = run.asRun, read = (name) => told[name]?.at(i, t), entries = [];
    const pair = (name, text) => { if (text !== null) entries.push(make("dt", {}, name), make("dd", {}, text)); };
    const known = (v) => v !== undefined && !Number.isNaN(v);
    const cluster = told.cluster.label(i, t);
    pair(words.label("cluster"), words.say(cluster) + (known(read("p_value")) && cluster !== "missing" ? ` (p ${words.say("is")} ${words.number(read("p_value"))})` : ""));
    pair(words.label("priority_class"), known(read("priority_class")) ? words.count(read("priority_class")) : null);
    pair(words.headed("settled", "money"), known(read("settled")) ? words.amount(read("settled"), "money") : null);
    if (known(read("amount_low"))) {
      pair(words.say("interval", { unit: words.measure("money").label }), words.say("from_to", { low: words.amount(read("amount_low"), "money"), high: words.amount(read("amount_high"), "money") }));
      pair(words.label("probability_paying"), words.percent(read("probability_paying")));
      if (known(read("rank_low"))) pair(words.say("rank_interval"), words.say("from_to", { low: words.count(read("rank_low")), high: words.count(read("rank_high")) }));
    }
    const flows = run.transfers(i, t);
    return make("section", { class: changed ? "stale" : null, id: "as-run" }, make("h3", {}, words.say("as_run")),
      make("p", { class: changed ? "problem" : "soft" }, words.say(changed ? "as_run_changed" : "as_run_note")), make("dl", { class: "facts" }, entries),
      told.amount_low ? null : make("p", { class: "soft" }, words.say("no_draws")),
      flows && flows.count ? transferList(flows, known(read("settled")) && read("settled") < 0, select) : make("p", { class: "soft" }, words.say("no_transfers")));
  }

  function transferList(flows, receives, select) {
    return make("div", {}, make("h4", {}, words.say(receives ? "transfers_from" : "transfers_to", { count: words.count(flows.count), unit: words.measure("money").label })),
      make("ul", { class: "list", id: "transfers" }, flows.found.map((f) => make("li", {}, f.unit === null ? make("span", {}, ...mixed(f.name)) : make("button", { type: "button", class: "name", on: { click: () => select(f.unit) } }, ...mixed(f.name)),
        make("span", { class: "n" }, words.amount(f.amount, "money"))))),
      flows.count > flows.found.length ? make("p", { class: "soft" }, words.say("transfers_rest", { count: words.count(flows.count - flows.found.length) })) : null);
  }

  /** What the second side says of the unit. */
  function beside(unit, other) {
    const j = other && !other.result.problem ? other.run.map.index.get(unit) : undefined;
    if (j === undefined) return null;
    const { amount, side, rank } = other.result, there = `${words.amount(amount[j], "money")} ${words.measure("money").label}`;
    return make("p", { id: "beside", class: "soft" }, ...mixed(words.say("beside", { title: other.title, amount: there, group: words.say(shading.SIDES[side[j]]), rank: Number.isNaN(rank[j]) ? "–" : words.count(rank[j]) })));
  }

  /** Shows a unit, or hides the panel for none. */
  function show({ run, t, i, results, settings, changed, other, select }) {
    const panel = byId("unit");
    panel.hidden = i === null;
    if (i === null) return panel.replaceChildren();
    const map = run.map, result = results(t);
    const latin = words.code() === "en" && map.latin[i] ? make("span", { class: "latin" }, map.latin[i]) : null;
    const code = map.units[i] === map.names[i] ? [] : [map.units[i]];
    const place = [...code, ...Object.values(map.parents).map((p) => p(i))].filter((text) => text !== "missing");
    const close = make("button", { type: "button", class: "close", id: "unit-close", "aria-label": words.say("close"), on: { click: () => select(null) } }, "×");
    return panel.replaceChildren(make("div", { class: "head" }, make("h2", { id: "unit-title", tabindex: "-1" }, ...mixed(map.names[i])), close),
      make("p", { class: "soft" }, latin, latin ? " · " : null, ...mixed(place.join(" · "))), ...(result.problem ? [] : [beside(map.units[i], other), why(result, i, settings)].filter(Boolean)),
      byYear(run, results, i, run.years[t], settings), ...(result.problem ? [] : [neighbours(run, result, i, select)]), asRun(run, t, i, changed, select));
  }

  return { show };
})();
