/** Words, labels and numbers in the language of the page; texts come from the catalogues of ecocomp. */
const words = (() => {
  let catalogues = {}, own = {};

  const use = (all) => { catalogues = all; };
  const choose = (code) => { own = catalogues[code]; document.documentElement.lang = code === "zh" ? "zh-CN" : code; };

  /** A message, with values put in for the names in braces. */
  const say = (key, values = {}) => own.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const label = (name) => own.labels[name];
  const measure = (kind) => own.measures[kind];

  /** Label with its unit: Payments [10⁸ CNY]. */
  const headed = (name, kind, unit = kind && measure(kind).label) => unit ? `${label(name)} [${unit}]` : label(name);

  const formats = new Map();
  function format(value, options) {
    const key = own.locale + JSON.stringify(options);
    if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(own.locale, options));
    return formats.get(key).format(value).replace("-", "−");
  }

  /** A number of three or four figures; a dash where it is missing. */
  function number(value) {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    const size = Math.abs(value);
    const digits = size === 0 ? 0 : size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : Math.min(8, 2 - Math.floor(Math.log10(size)));
    return format(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }
  const count = (value) => format(value, { maximumFractionDigits: 0 });
  const percent = (value) => format(value, { style: "percent", maximumFractionDigits: 0 });
  const short = (value) => format(value, { maximumSignificantDigits: 4 });

  /** A value of a kind of quantity in the unit that readers expect. */
  const amount = (value, kind) => number(value / measure(kind).size);

  return { use, choose, say, label, measure, headed, number, count, percent, short, amount, codes: () => Object.keys(catalogues), code: () => own.code };
})();
