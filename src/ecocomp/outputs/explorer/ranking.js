/** The ranking: payers and recipients by priority with bars, and the table of all units that equals the map. */
const rankingView = (() => {
  const { make, value, byId, mixed } = dom;
  const FIRST = 10;
  const ordered = (result, side) => Array.from(result.side.keys()).filter((i) => result.side[i] === side && result.rank[i] >= 1).sort((a, b) => result.rank[a] - result.rank[b]);

  function row(run, result, i, most, chosen, select) {
    const bar = make("span", { class: "bar", "aria-hidden": "true" });
    bar.style.width = `${Math.max(1, 100 * result.priority[i] / most)}%`;
    return make("tr", { class: chosen === i ? "chosen" : null, "data-unit": run.map.units[i] },
      make("td", { class: "n" }, words.count(result.rank[i])),
      make("th", { scope: "row" }, make("button", { type: "button", class: "name", "aria-pressed": chosen === i ? "true" : "false", on: { click: () => select(i) } }, ...mixed(run.map.names[i]))),
      make("td", { class: "bars" }, make("div", {}, make("span", { class: "lane" }, bar), value(words.number(result.priority[i]), result.priority[i]))),
      make("td", { class: "n" }, value(words.amount(Math.abs(result.amount[i]), "money"), Math.abs(result.amount[i]))));
  }

  function sideTable(run, result, side, key, rows, chosen, select) {
    const order = ordered(result, side), most = Math.max(...order.map((i) => result.priority[i]), 0);
    if (!order.length) return make("p", {}, words.say("none_ranked", { side: words.say(key) }));
    return make("table", { id: `ranking-${key}`, class: key },
      make("caption", {}, words.say(key), " ", make("span", { class: "soft" }, words.say("of", { shown: words.count(Math.min(rows, order.length)), all: words.count(order.length) }))),
      make("thead", {}, make("tr", {}, make("th", { scope: "col", class: "n" }, words.label("rank")), make("th", { scope: "col" }, words.label("name")),
        make("th", { scope: "col", class: "n" }, words.label("priority")), make("th", { scope: "col", class: "n" }, words.headed("amount", "money")))),
      make("tbody", {}, order.slice(0, rows).map((i) => row(run, result, i, most, chosen, select))));
  }

  /** Shows the first units of both sides, or all of them. */
  function show(run, result, chosen, all, select) {
    const rows = all ? Infinity : FIRST;
    byId("ranking").replaceChildren(...(result.problem ? [] : [sideTable(run, result, 1, "payer", rows, chosen, select), sideTable(run, result, -1, "recipient", rows, chosen, select)]));
    byId("more").textContent = words.say(all ? "fewer" : "more");
  }

  /** Marks the chosen unit without building the tables anew. */
  function mark(run, chosen) {
    const id = chosen === null ? null : run.map.units[chosen];
    for (const one of document.querySelectorAll("#ranking tr[data-unit], #table tr[data-unit]")) {
      one.classList.toggle("chosen", one.dataset.unit === id);
      one.querySelector("button")?.setAttribute("aria-pressed", one.dataset.unit === id ? "true" : "false");
    }
  }

  /** Columns of the table of all units: name, kind of measure, value of unit i. */
  function columns(run, result, settings) {
    const mass = shading.unitOf("revised", settings);
    const of = (name, kind) => [name, kind, (i) => result[name][i]];
    return [of("emissions", "mass"), of("sequestration", "mass"), of("account", "mass"), of("size_index", null), of("revised", mass), of("amount", "money"), of("priority", null), of("rank", "rank")]
      .filter(([name]) => name !== "size_index" || settings.revision === "size_normalised");
  }

  function cell(kind, number) {
    if (Number.isNaN(number)) return make("td", { class: "n" }, make("span", { "aria-label": words.say("missing") }, "–"));
    return make("td", { class: "n" }, value(kind === "rank" ? words.count(number) : kind ? words.amount(number, kind) : words.number(number), number));
  }

  /** Columns that tell of the second side: its amount, and by how much the first one's is above it. */
  function besides(run, result, other) {
    const amount = (i) => { const j = other.run.map.index.get(run.map.units[i]); return j === undefined ? NaN : other.result.amount[j]; };
    const unit = words.measure("money").label;
    return [[words.say("amount_in", { title: other.title, unit }), amount], [words.say("difference", { unit }), (i) => result.amount[i] - amount(i)]];
  }

  /** Shows every unit, in the order of ids: what the maps show, as a table. */
  function whole([{ run, result, settings }, other], year, chosen, select) {
    if (result.problem) return byId("table").replaceChildren();
    const shown = columns(run, result, settings), parents = Object.keys(run.map.parents);
    const beside = other && !other.result.problem ? besides(run, result, other) : [];
    const head = (text, n) => make("th", { scope: "col", class: n ? "n" : null }, ...mixed(text));
    return byId("table").replaceChildren(make("table", {},
      make("caption", { id: "table-title" }, words.say("whole_title", { year })),
      make("thead", {}, make("tr", {}, head(words.label("name")), ...parents.map((p) => head(p)), head(words.label("group")),
        ...shown.map(([name, kind]) => head(kind && kind !== "rank" ? words.headed(name, kind) : words.label(name), true)), ...beside.map(([text]) => head(text, true)))),
      make("tbody", {}, run.map.units.map((unit, i) => make("tr", { "data-unit": unit, class: chosen === i ? "chosen" : null },
        make("th", { scope: "row" }, make("button", { type: "button", class: "name", "aria-pressed": chosen === i ? "true" : "false", on: { click: () => select(i) } }, ...mixed(run.map.names[i]))),
        ...parents.map((p) => make("td", {}, ...mixed(run.map.parents[p](i)))),
        make("td", {}, words.say(shading.SIDES[result.side[i]])),
        ...shown.map(([, kind, of]) => cell(kind, of(i))), ...beside.map(([, of]) => cell("money", of(i))))))));
  }

  return { show, mark, whole, ordered };
})();
