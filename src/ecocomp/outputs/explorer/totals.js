/** Totals of the year: payments, receipts, the gap, how many units, and where the centres lie. */
const totalsView = (() => {
  const { make, value, byId } = dom;

  function place(centre) {
    if (!centre) return [words.say("no_centre")];
    const side = (degrees, [plus, minus]) => `${Math.abs(degrees).toFixed(2)}° ${words.say(degrees < 0 ? minus : plus)}`;
    return [value(side(centre.lon, ["east", "west"]), centre.lon), ", ", value(side(centre.lat, ["north", "south"]), centre.lat)];
  }

  function money(name, now, run, swatch) {
    const figure = make("span", { class: "figure", id: `total-${name}` }, value(words.amount(now, "money"), now));
    const was = run === undefined || run === now ? null : make("span", { class: "was" }, words.say("in_the_run", { value: words.amount(run, "money") }));
    return make("div", { class: `total ${swatch || ""}` }, make("dt", {}, words.label(name)),
      make("dd", {}, figure, make("span", { class: "measure" }, ` ${words.measure("money").label}`), was));
  }

  function counts(totals) {
    const entry = (key) => make("span", { class: `count ${key}` }, make("b", { id: `count-${key}` }, value(words.count(totals[key]), totals[key])), ` ${words.say(`n_${key}`)}`);
    return make("div", { class: "total counts" }, make("dt", {}, words.say("units")),
      make("dd", {}, ["payers", "recipients", "balanced", "missing"].filter((k) => totals[k] || k === "payers" || k === "recipients").map(entry)));
  }

  function centres(totals) {
    return make("div", { class: "total centres" }, make("dt", {}, words.say("centres")),
      make("dd", {}, ["payments", "receipts"].map((k) => make("span", { class: `centre ${k}`, id: `centre-${k}` }, make("i", { "aria-hidden": "true" }), `${words.say(`centre_${k}`)} `, ...place(totals.centres[k])))));
  }

  /** Shows the totals of a result beside those of the run as it was; of two sides one under the other. */
  function show(sides) {
    byId("totals").replaceChildren(...sides.map(({ title, result, run }, number) => make("div", { class: "side", id: `totals-${"ab"[number]}` },
      sides.length > 1 ? make("p", { class: "side-title" }, ...dom.mixed(title)) : null,
      result.problem ? make("p", { class: "problem" }, words.say(`problem_${result.problem}`)) : make("dl", {},
        money("payments", result.totals.payments, run?.payments, "paying"),
        money("receipts", result.totals.receipts, run?.receipts, "receiving"),
        money("gap", result.totals.gap, run?.gap), counts(result.totals), centres(result.totals)))));
  }

  return { show };
})();
