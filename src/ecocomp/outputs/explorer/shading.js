/** What the map shows of a year: a class and a colour for each unit, and the legend that explains them. */
const shading = (() => {
  let look = {};
  const use = (found) => { look = found; };

  const KINDS = { amount: "money", priority: "index", account: "mass", revised: "revised" };

  /** Values that are classed: a priority is counted below zero where the unit receives. */
  function valuesOf(result, quantity) {
    if (quantity !== "priority") return result[quantity];
    return result.priority.map((q, i) => Math.abs(result.side[i]) === 1 ? q * result.side[i] : result.side[i] === 0 ? 0 : NaN);
  }

  /** Class of a value, 0 the lowest; as the figures of the report have it. */
  function classOf(value, { breaks, colours, negative }) {
    let inner = breaks;
    if (negative === 0) inner = inner.slice(1);
    if (negative === colours.length) inner = inner.slice(0, -1);
    let found = 0;
    while (found < inner.length && value >= inner[found]) found++;
    return Math.min(found, colours.length - 1);
  }

  const balanced = (quantity) => quantity === "amount" || quantity === "priority";

  function numeric(result, quantity) {
    const classes = look.classes[quantity], values = valuesOf(result, quantity);
    return Array.from(values, (v, i) => Number.isNaN(v) ? look.missing : balanced(quantity) && result.side[i] === 0 ? look.balanced : classes.colours[classOf(v, classes)]);
  }

  const SIDES = { 1: "payer", "-1": "recipient", 0: "balanced", 2: "missing" };
  const sideColours = () => ({ payer: look.payments, recipient: look.receipts, balanced: look.balanced, missing: look.missing });

  /** Shade of a priority class, 1 the darkest. */
  const shade = (ramp, number, classes) => ramp[Math.round((classes - number) / (classes - 1) * (ramp.length - 1))];

  /** Colour of each unit. */
  function colours(run, t, result, quantity) {
    const units = Array.from({ length: run.map.n }, (_, i) => i);
    if (quantity === "side") return units.map((i) => sideColours()[SIDES[result.side[i]]]);
    if (quantity === "cluster") return units.map((i) => look.clusters[run.asRun.cluster.label(i, t)] ?? look.missing);
    if (quantity === "priority_class") return units.map((i) => {
      const number = run.asRun.priority_class.at(i, t), side = run.runSide(t)[i];
      return Number.isNaN(number) ? look.missing : shade(side > 0 ? look.warm : look.cool, number, run.classes);
    });
    return numeric(result, quantity);
  }

  const isAsRun = (quantity) => quantity === "cluster" || quantity === "priority_class";
  const kindOf = (quantity) => KINDS[quantity];

  /** Entries of the legend: { colour, text } a box each, or { colours, ends } as a scale with its breaks. */
  function legend(run, t, result, quantity, settings) {
    const boxes = (entries) => entries.map(([colour, text]) => ({ colour, text }));
    const rest = result.totals.missing ? [[look.missing, words.say("missing")]] : [];
    if (quantity === "side") {
      const own = sideColours();
      return { boxes: boxes([[own.payer, words.say("payer")], [own.recipient, words.say("recipient")], [own.balanced, words.say("balanced")], ...rest]) };
    }
    if (quantity === "cluster") {
      return { boxes: boxes([...["HH", "LL", "HL", "LH", "ns"].map((c) => [look.clusters[c], words.say(c)]), ...rest]) };
    }
    if (quantity === "priority_class") {
      const classes = Array.from({ length: run.classes }, (_, k) => k + 1);
      const of = (ramp, side) => classes.map((k) => [shade(ramp, k, run.classes), words.say("class_of", { side: words.say(side), number: k })]);
      return { boxes: boxes([...of(look.warm, "payer"), ...of(look.cool, "recipient"), ...rest]) };
    }
    const classes = look.classes[quantity], kind = unitOf(quantity, settings), size = kind ? words.measure(kind).size : 1;
    return {
      scale: classes.colours.map((colour, i) => ({ colour, receives: i < classes.negative })),
      breaks: innerBreaks(classes).map((b) => words.short(quantity === "priority" ? Math.abs(b) : b / size)),
      boxes: boxes([...(balanced(quantity) && result.totals.balanced ? [[look.balanced, words.say("balanced")]] : []), ...rest]),
    };
  }

  function innerBreaks({ breaks, colours, negative }) {
    return negative === 0 ? breaks.slice(1) : negative === colours.length ? breaks.slice(0, -1) : breaks;
  }

  /** Kind of measure of a quantity under some settings: a revised account may be one at mean size. */
  function unitOf(quantity, settings) {
    if (quantity === "revised") return settings.revision === "size_normalised" && settings.rescale === "none" ? "mean_size" : "mass";
    return { amount: "money", account: "mass", priority: null }[quantity] ?? null;
  }

  return { use, colours, legend, isAsRun, kindOf, unitOf, valuesOf, SIDES, look: () => look };
})();
