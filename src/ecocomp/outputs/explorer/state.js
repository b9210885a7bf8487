/** The state of the page, and its form in the address: only what differs from the run as it was. */
const state = (() => {
  const QUANTITIES = ["amount", "priority", "account", "revised", "side", "cluster", "priority_class"];
  const plain = (text) => (text === null || text.trim() === "" || !Number.isFinite(Number(text))) ? null : Number(text);

  /** Settings of a run that controls can change, as they were. */
  const ofRun = (run) => ({
    price: null, threshold: run.settings.threshold, revision: run.settings.revision, mean: run.settings.mean,
    weights: { ...run.settings.weights },
  });

  function initial(runs, languages, language) {
    const run = runs[0];
    return { run: 0, with: null, year: run.years.at(-1), show: "amount", unit: null, language, ...ofRun(run) };
  }

  /** State of an address; what it gets wrong is as in the run. */
  function read(hash, runs, languages, language) {
    const said = new URLSearchParams(hash.replace(/^#/, "")), now = initial(runs, languages, language);
    const number = runs.findIndex((r) => r.name === said.get("run"));
    if (number >= 0) now.run = number;
    const run = runs[now.run];
    Object.assign(now, ofRun(run));
    const pick = (key, allowed) => { if (allowed.includes(said.get(key))) now[key] = said.get(key); };
    pick("show", QUANTITIES);
    pick("revision", run.settings.revisions);
    pick("mean", ["geometric", "arithmetic", "harmonic"]);
    pick("language", languages);
    const other = said.get("with");
    if (other === "own") now.with = "own";
    else if (other !== null && runs.some((r, i) => `run:${r.name}` === other && i !== now.run)) now.with = other;
    const year = plain(said.get("year"));
    now.year = run.years.includes(year) ? year : run.years.at(-1);
    const price = plain(said.get("price")), threshold = plain(said.get("threshold"));
    if (price !== null && price > 0) now.price = price;
    if (threshold !== null && threshold >= 0) now.threshold = threshold;
    const weights = (said.get("weights") || "").split(",").map(plain);
    if (weights.length === 3 && weights.every((w) => w !== null && w >= 0) && weights.some((w) => w > 0)) {
      model.FACTORS.forEach((f, i) => { if (run.settings.factors.includes(f)) now.weights[f] = weights[i]; });
    }
    if (runs.some((r) => r.map.index.has(said.get("unit")))) now.unit = said.get("unit");
    return now;
  }

  /** The address of a state. */
  function write(now, runs, language) {
    const run = runs[now.run], was = ofRun(run), said = new URLSearchParams();
    const put = (key, value, usual) => { if (value !== usual && value !== null) said.set(key, value); };
    put("run", run.name, runs[0].name);
    put("with", now.with, null);
    put("year", now.year, run.years.at(-1));
    put("show", now.show, "amount");
    for (const key of ["price", "threshold", "revision", "mean"]) put(key, now[key], was[key]);
    const three = (weights) => model.FACTORS.map((f) => weights[f]).join(",");
    put("weights", three(now.weights), three(was.weights));
    put("unit", now.unit, null);
    put("language", now.language, language);
    const text = said.toString();
    return text ? `#${text}` : "";
  }

  /** Settings with which the model computes. */
  const settings = (now, run) => ({
    ...run.settings, revision: now.revision, mean: now.mean, weights: now.weights, threshold: now.threshold,
    price: now.price === null ? run.settings.price : run.years.map(() => now.price),
  });

  /** Names of the settings that differ from the run's and have an effect. */
  function changed(now, run) {
    const was = run.settings, found = [];
    if (now.price !== null && was.price.some((p) => p !== now.price)) found.push("price");
    if (now.revision !== was.revision) found.push("revision");
    if (now.revision === "size_normalised" && now.mean !== was.mean) found.push("mean");
    const share = (weights, f) => weights[f] / model.FACTORS.reduce((s, g) => s + weights[g], 0);
    const weighs = ["size_normalised", "quota"].includes(now.revision);
    if (weighs && model.FACTORS.some((f) => Math.abs(share(now.weights, f) - share(was.weights, f)) > 1e-12)) found.push("weights");
    if (now.threshold !== was.threshold) found.push("threshold");
    return found;
  }

  return { QUANTITIES, initial, read, write, settings, changed, ofRun };
})();
