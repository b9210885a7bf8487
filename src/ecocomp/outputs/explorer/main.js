/** The page: one state, from which everything shown follows. */
const explorer = (() => {
  const { byId, make, mixed } = dom;
  const stored = data.readAll(byId("data").textContent);
  const { runs } = stored;
  const language = document.documentElement.lang;
  words.use(stored.catalogues);
  words.nameOf = (run) => run.scenario ? words.say("scenario_name", { name: run.scenario }) + (run.folder ? ` (${run.folder})` : "") : run.folder || words.say("base_name");
  shading.use(stored.look);

  const codes = Object.keys(stored.catalogues), built = {};
  let now = state.read(location.hash, runs, codes, language), all = false, view = null;

  /** Results of a run under some settings, a year computed once; a fault of the settings as { problem }. */
  const cache = new Map();
  function resultsOf(run, settings) {
    const key = JSON.stringify([runs.indexOf(run), settings]);
    if (!cache.has(key)) {
      if (cache.size > 6) cache.delete(cache.keys().next().value);
      cache.set(key, []);
    }
    const years = cache.get(key);
    return (t) => years[t] ??= computed(run, t, settings);
  }
  function computed(run, t, settings) {
    try {
      return model.compute(run, t, settings);
    } catch (fault) {
      if (fault instanceof model.Problem) return { problem: fault.message };
      throw fault;
    }
  }
  for (const run of runs) run.runSide = (t) => resultsOf(run, run.settings)(t).side;

  /** The one or two sides that the page compares. */
  function sides() {
    const run = runs[now.run], t = run.years.indexOf(now.year), settings = state.settings(now, run);
    const left = { run, t, settings, changed: state.changed(now, run) };
    left.title = words.nameOf(run) + (left.changed.length ? words.say("with_changes") : "");
    const found = [left];
    if (now.with !== null) {
      const other = now.with === "own" ? run : runs.find((r) => `run:${r.name}` === now.with);
      const at = other.years.indexOf(now.year);
      if (at >= 0) found.push({ run: other, t: at, settings: other.settings, changed: [], title: words.nameOf(other) });
    }
    for (const side of found) {
      side.results = resultsOf(side.run, side.settings);
      side.result = side.results(side.t);
      side.own = resultsOf(side.run, side.run.settings)(side.t);
    }
    return found;
  }

  function heading() {
    const run = runs[now.run];
    document.title = byId("title").textContent = run.title;
    byId("byline").replaceChildren(...mixed(words.say("byline", { years: run.years.length > 1 ? `${run.years[0]}–${run.years.at(-1)}` : String(run.years[0]), count: words.count(run.map.n), origin: words.say(`origin_${run.data_origin}`) })));
    byId("notice").hidden = !run.notice;
    byId("notice").replaceChildren(...mixed(run.notice ?? ""));
    for (const element of document.querySelectorAll("[data-say]")) element.textContent = words.say(element.dataset.say);
    for (const element of document.querySelectorAll("[data-label]")) element.textContent = words.label(element.dataset.label);
    byId("about").replaceChildren(...["about_computed", "about_as_run", "about_map", "about_alone", "about_made"].map((key) => make("p", {}, words.say(key, { version: stored.version }))));
  }

  /** Tracks of the centres of payments and receipts over the years. */
  function centresOf({ run, t, results }) {
    const look = shading.look();
    return ["payments", "receipts"].map((key) => {
      const track = run.years.map((_, s) => results(s).problem ? null : results(s).totals.centres[key]);
      return { colour: look[key], track, now: track[t] };
    });
  }

  const titleOf = ({ settings }) => {
    const unit = shading.unitOf(now.show, settings), name = now.show === "side" ? words.label("group") : words.label(now.show);
    return words.say("map_title", { quantity: unit ? `${name} [${words.measure(unit).label}]` : name, year: now.year });
  };

  /** A figure with the map of a side, made anew where the side's map is another. */
  function mapIn(id, side) {
    const figure = byId(id);
    if (!built[id] || built[id].map !== side.run.map) {
      const caption = make("figcaption", {}), place = make("div", {});
      figure.replaceChildren(caption, place);
      built[id] = { ...mapView.create(place, side.run.map, { select: (i) => select(i === null ? null : i, false, id), hover: (i, event) => tip(i, event, id), zoomed: (v) => zoomed(v, id) }), caption };
      if (view) built[id].setView(view, false);
    }
    return built[id];
  }
  function zoomed(next, id) {
    view = next;
    for (const [other, map] of Object.entries(built)) if (other !== id && map.map === built[id]?.map) map.setView(next, false);
  }

  function maps(found) {
    byId("map-title").textContent = titleOf(found[0]);
    byId("maps").classList.toggle("two", found.length > 1);
    byId("map-b").hidden = found.length < 2;
    found.forEach((side, number) => {
      const map = mapIn(number ? "map-b" : "map-a", side), look = shading.look();
      map.caption.replaceChildren(...(found.length > 1 ? mixed(side.title) : []));
      map.paint(side.result.problem ? side.run.map.units.map(() => look.missing) : shading.colours(side.run, side.t, side.result, now.show));
      const unit = now.unit === null ? undefined : side.run.map.index.get(now.unit);
      map.show(unit ?? null, side.result.problem ? [] : centresOf(side), words.say("map_label", { title: `${found.length > 1 ? `${side.title}: ` : ""}${titleOf(side)}` }));
    });
    if (found.length < 2) delete built["map-b"];
  }

  function legendOf(found) {
    const side = found.find((s) => !s.result.problem);
    const told = side ? shading.legend(side.run, side.t, side.result, now.show, side.settings) : { boxes: [] };
    const ends = told.scale?.some((s) => s.receives) ? `← ${words.say("recipient_short")}   ${words.say("payer_short")} →` : null;
    return { ...told, ends, centres: ["payments", "receipts"].map((key) => ({ key, colour: shading.look()[key], text: words.say(`centre_of_${key}`) })) };
  }
  function legend(found) {
    const told = legendOf(found), parts = [];
    if (told.scale) {
      parts.push(make("div", { class: "scale" }, told.scale.map(({ colour }, i) => {
        const box = make("span", { class: "box" }), end = told.breaks[i];
        box.style.background = colour;
        return make("span", { class: "class" }, box, end === undefined ? null : make("span", { class: "break" }, end));
      })));
      if (told.ends) parts.push(make("p", { class: "ends" }, told.ends));
    }
    parts.push(make("ul", { class: "boxes" }, told.boxes.map(({ colour, text }) => { const box = make("span", { class: "box" }); box.style.background = colour; return make("li", {}, box, text); }),
      told.centres.map(({ key, text }) => make("li", { class: `centre ${key}` }, make("i", { "aria-hidden": "true" }), text))));
    byId("legend").replaceChildren(...parts);
    byId("map-notes").textContent = notes(found).join(words.code() === "zh" ? "" : " ");
    byId("map-notes").classList.toggle("problem", shading.isAsRun(now.show) && found[0].changed.length > 0);
  }
  function notes(found) {
    const [{ settings, changed }] = found;
    return [
      shading.isAsRun(now.show) ? words.say(changed.length ? "as_run_changed" : "as_run_note") : null,
      settings.revision === "size_normalised" && settings.rescale === "none" && ["amount", "revised", "priority"].includes(now.show) ? words.say("notional") : null,
      shading.look().classes[now.show] ? words.say("same_classes") : null,
    ].filter(Boolean);
  }

  function tip(i, event, id) {
    const box = byId("tip"), side = sides()[id === "map-b" ? 1 : 0];
    box.hidden = i === null || !side || side.result.problem;
    if (box.hidden) return;
    const map = side.run.map, { result } = side;
    const shown = now.show === "side" || shading.isAsRun(now.show) ? "amount" : now.show, unit = shading.unitOf(shown, side.settings);
    const v = result[shown][i];
    box.replaceChildren(make("b", {}, ...mixed(map.names[i])), make("span", {}, `${words.label(shown)}: ${Number.isNaN(v) ? words.say("missing") : unit ? `${words.amount(v, unit)} ${words.measure(unit).label}` : words.number(v)}`),
      result.rank[i] >= 1 ? make("span", {}, words.say("ranked_side", { rank: words.count(result.rank[i]), side: words.say(shading.SIDES[result.side[i]]) })) : "");
    box.style.left = `${Math.min(event.clientX + 14, innerWidth - box.offsetWidth - 8)}px`;
    box.style.top = `${event.clientY + 18 + box.offsetHeight > innerHeight ? event.clientY - box.offsetHeight - 10 : event.clientY + 18}px`;
  }

  /** Chooses a unit; from a search or a list the reader is taken to it. */
  function select(i, taken = true, id = "map-a") {
    const map = built[id].map, was = now.unit;
    now.unit = i === null ? null : map.units[i];
    const found = sides(), [side] = found;
    panel(found);
    rankingView.mark(side.run, now.unit === null ? null : side.run.map.index.get(now.unit) ?? null);
    maps(found);
    remember();
    if (now.unit === null && was !== null) byId("map-a").querySelector(".frame").focus();
    else if (taken && !byId("unit").hidden) byId("unit-title").focus();
    else if (i !== null) announce(found);
  }
  function announce(found) {
    const { side: { run, result }, i } = holder(found);
    if (i === null || result.problem) return;
    byId("told").textContent = words.say("told", { name: run.map.names[i], amount: `${words.amount(result.amount[i], "money")} ${words.measure("money").label}`, side: words.say(shading.SIDES[result.side[i]]) });
  }
  /** Tells of the unit on the left side, or on the right one where only that has it. */
  function panel(found) {
    const { side, i } = holder(found), left = side === found[0];
    unitView.show({ ...side, i, changed: side.changed.length > 0, other: left ? found[1] : undefined, select: (j) => select(j, true, left ? "map-a" : "map-b") });
  }
  function holder(found) {
    const side = found.find((s) => s.run.map.index.has(now.unit)) ?? found[0];
    return { side, i: side.run.map.index.get(now.unit) ?? null };
  }
  function table(found) {
    if (byId("whole").open) rankingView.whole(found, now.year, found[0].run.map.index.get(now.unit) ?? null, select);
  }

  function remember() {
    const address = state.write(now, runs, language);
    if (address !== location.hash) history.replaceState(null, "", address || location.pathname + location.search);
  }

  /** Shows the state: the one way by which anything on the page changes. */
  function show() {
    words.choose(now.language);
    heading();
    const found = sides(), [side] = found;
    controlsView.show(runs, now, side.changed);
    totalsView.show(found.map((s) => ({ title: s.title, result: s.result, run: s.own.totals })));
    maps(found);
    legend(found);
    byId("ranking-help").textContent = words.say(side.settings.payers === "low_first" ? "ranking_low" : "ranking_high");
    rankingView.show(side.run, side.result, side.run.map.index.get(now.unit) ?? null, all, select);
    panel(found);
    table(found);
    remember();
  }

  const change = (patch) => { Object.assign(now, patch); show(); };

  /** Does something after the next frame is painted. */
  function afterFrame(work) {
    requestAnimationFrame(() => setTimeout(work, 0));
  }

  async function picture() {
    const found = sides(), [side] = found, money = (v) => `${words.amount(v, "money")} ${words.measure("money").label}`;
    const views = found.map((s, number) => ({
      svg: built[number ? "map-b" : "map-a"].svg, name: found.length > 1 ? s.title : null,
      totals: s.result.problem ? [] : [["payments", "receipts", "gap"].map((k) => `${words.label(k)} ${money(s.result.totals[k])}`).join(words.code() === "zh" ? "，" : ", ")],
    }));
    const setting = words.say("picture_settings", { run: side.title, revision: words.say(`revision_${now.revision}`), price: `${words.short(side.settings.price[side.t])} ${words.measure("price").label}` });
    const svg = exportsOf.scene({ title: `${titleOf(side)}`, subtitle: `${side.run.title}. ${setting}`, views, legend: legendOf(found), notes: [...(side.run.notice ? [side.run.notice] : []), ...notes(found), words.say("about_made", { version: stored.version })] });
    exportsOf.save(await exportsOf.png(svg), `ecocomp-${now.show}-${now.year}.png`);
  }

  controlsView.listen({
    change, select,
    year: (t) => change({ year: runs[now.run].years[t] }),
    run: (number) => {
      const run = runs[number];
      change({ run: number, ...state.ofRun(run), year: run.years.includes(now.year) ? now.year : run.years.at(-1), with: now.with === `run:${run.name}` ? null : now.with });
    },
    reset: () => change(state.ofRun(runs[now.run])),
  }, () => ({ ...now, runMap: runs[now.run].map }));
  byId("more").addEventListener("click", () => { all = !all; show(); });
  byId("whole").addEventListener("toggle", () => table(sides()));
  byId("csv").addEventListener("click", () => exportsOf.save(new Blob([exportsOf.csv(sides(), now.year)], { type: "text/csv;charset=utf-8" }), `ecocomp-${now.year}.csv`));
  byId("png").addEventListener("click", picture);
  addEventListener("hashchange", () => { now = state.read(location.hash, runs, codes, language); show(); });
  if (matchMedia("(max-width: 56rem)").matches) byId("controls").open = false;
  words.choose(now.language);
  heading();
  afterFrame(() => { // the heading stands on the screen while the map is made
    byId("main").hidden = false;
    show();
    afterFrame(() => performance.mark("ecocomp-shown"));
  });

  return { runs, state: () => ({ ...now }), settings: () => state.settings(now, runs[now.run]) };
})();
