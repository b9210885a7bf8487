/** The controls: what they offer, what they show, and what a reader's hand on them changes. */
const controlsView = (() => {
  const { byId, make, options, mixed } = dom;

  /** Listens to every control. @param act { change(patch), select(i), reset() } */
  function listen(act, current) {
    byId("form").addEventListener("submit", (event) => event.preventDefault());
    for (const key of ["show", "revision", "mean"]) byId(key).addEventListener("change", (e) => act.change({ [key]: e.target.value }));
    byId("run").addEventListener("change", (e) => act.run(Number(e.target.value)));
    byId("with").addEventListener("change", (e) => act.change({ with: e.target.value || null }));
    byId("price-range").addEventListener("input", (e) => act.change({ price: rounded(Number(e.target.value)) }));
    byId("price").addEventListener("input", (e) => { if (e.target.value !== "" && Number(e.target.value) > 0) act.change({ price: Number(e.target.value) }); });
    byId("threshold").addEventListener("input", (e) => { if (e.target.value !== "" && Number(e.target.value) >= 0) act.change({ threshold: Number(e.target.value) * words.measure("money").size }); });
    for (const factor of model.FACTORS) byId(factor).addEventListener("input", (e) => {
      const weights = { ...current().weights, [factor]: rounded(Number(e.target.value)) };
      if (model.FACTORS.some((f) => weights[f] > 0)) act.change({ weights });
      else e.target.value = current().weights[factor];
    });
    byId("year").addEventListener("input", (e) => act.year(Number(e.target.value)));
    byId("reset").addEventListener("click", act.reset);
    byId("search").addEventListener("input", (e) => find(e.target.value, act, current()));
    byId("search").addEventListener("keydown", (e) => {
      const first = byId("found").querySelector("button");
      if (e.key === "Enter" && first) { e.preventDefault(); first.click(); }
      if (e.key === "Escape") { e.target.value = ""; find("", act, current()); }
      if (e.key === "ArrowDown" && first) { e.preventDefault(); first.focus(); }
    });
    for (const button of document.querySelectorAll("[data-language]")) button.addEventListener("click", () => act.change({ language: button.dataset.language }));
  }

  const rounded = (value) => Number(value.toPrecision(3));

  const MOST_FOUND = 8;

  /** Lists units whose name, code or pinyin holds what was typed, those that begin with it first. */
  function find(typed, act, now) {
    const wanted = typed.toLowerCase().replace(/\s/g, ""), map = now.runMap;
    const hits = wanted ? map.search.flatMap((text, i) => text.includes(wanted) ? [{ i, first: text.split("\n").some((t) => t.startsWith(wanted)) }] : []) : [];
    hits.sort((a, b) => b.first - a.first || a.i - b.i);
    byId("found").replaceChildren(...hits.slice(0, MOST_FOUND).map(({ i }) => make("li", {}, make("button", { type: "button", class: "name", on: { click: () => { byId("search").value = ""; find("", act, now); act.select(i, true); } } },
      ...mixed(map.names[i]), map.units[i] === map.names[i] ? null : make("span", { class: "soft" }, ` ${map.units[i]}`)))));
    byId("found-count").textContent = wanted ? words.say("found", { count: words.count(hits.length) }) : "";
  }

  function offer(runs, now) {
    const run = runs[now.run], s = run.settings;
    options(byId("show"), state.QUANTITIES.map((q) => [q, q === "side" ? words.label("group") : words.label(q) + (shading.isAsRun(q) ? words.say("as_run_short") : "")]), now.show);
    options(byId("run"), runs.map((r, i) => [i, words.nameOf(r)]), String(now.run));
    byId("run-field").hidden = runs.length < 2;
    options(byId("with"), [["", words.say("alone")], ["own", words.say("own")], ...runs.flatMap((r, i) => i === now.run ? [] : [[`run:${r.name}`, words.nameOf(r)]])], now.with ?? "");
    options(byId("revision"), s.revisions.map((r) => [r, words.say(`revision_${r}`)]), now.revision);
    options(byId("mean"), ["geometric", "arithmetic", "harmonic"].map((m) => [m, words.say(m)]), now.mean);
  }

  /** Sets a field without taking the text from under the reader's hand. */
  function put(id, value) {
    const field = byId(id);
    if (document.activeElement !== field || Number(field.value) !== value) field.value = value;
  }

  /** Shows a state. */
  function show(runs, now, changed) {
    offer(runs, now);
    const run = runs[now.run], s = run.settings, t = run.years.indexOf(now.year), price = now.price ?? s.price[t];
    byId("price-label").textContent = words.headed("price", "price");
    byId("price-range").max = Math.max(300, 4 * Math.max(...s.price));
    byId("price-range").min = Number(byId("price-range").max) / 1000;
    put("price-range", price);
    put("price", Number(price.toPrecision(12)));
    byId("threshold-label").textContent = words.say("threshold", { unit: words.measure("money").label });
    put("threshold", Number((now.threshold / words.measure("money").size).toPrecision(12)));
    byId("formula").textContent = words.say(`formula_${now.revision}`);
    byId("mean-field").hidden = now.revision !== "size_normalised";
    byId("weights").hidden = !["size_normalised", "quota"].includes(now.revision);
    const all = model.FACTORS.reduce((sum, f) => sum + now.weights[f], 0), most = Math.max(3, ...Object.values(s.weights).map((w) => 2 * w), ...Object.values(now.weights));
    for (const f of model.FACTORS) {
      byId(f).max = most;
      put(f, now.weights[f]);
      byId(f).disabled = !s.factors.includes(f);
      byId(f).setAttribute("aria-valuetext", words.percent(now.weights[f] / all));
      byId(`${f}-share`).textContent = words.percent(now.weights[f] / all);
    }
    byId("changes").textContent = changed.length ? words.say("changed", { names: changed.map((c) => words.say(`name_${c}`)).join(words.say("comma")) }) : words.say("unchanged");
    byId("changes").classList.toggle("problem", changed.length > 0);
    byId("reset").disabled = !changed.length;
    byId("year").max = run.years.length - 1;
    put("year", t);
    byId("year").setAttribute("aria-valuetext", String(now.year));
    byId("year-shown").textContent = String(now.year);
    byId("year-field").hidden = run.years.length < 2;
    for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === now.language));
  }

  return { listen, show };
})();
