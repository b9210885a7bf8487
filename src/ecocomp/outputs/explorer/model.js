/**
 * The model of ecocomp, by the same formulas as the Python package (accounts, compensation, zoning, space.centre).
 * Pure functions on typed arrays of one year, units in the order of their ids; a missing value is NaN.
 */
const model = (() => {
  const FACTORS = ["area", "population", "gdp"];

  /** Sum of what is there, compensated for rounding (Neumaier); NaN where nothing is. */
  function sum(values, counted = () => true) {
    let total = 0, lost = 0, known = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (Number.isNaN(value) || !counted(i)) continue;
      known++;
      const next = total + value;
      lost += Math.abs(total) >= Math.abs(value) ? (total - next) + value : (value - next) + total;
      total = next;
    }
    return known ? total + lost : NaN;
  }

  const map = (values, f) => Float64Array.from(values, f);

  /** Units that have every one of some quantities, as 1 and 0. */
  function valid(...quantities) {
    return Uint8Array.from(quantities[0], (_, i) => quantities.every((q) => !Number.isNaN(q[i])) ? 1 : 0);
  }

  function mean(values, at) {
    const count = at.reduce((n, v) => n + v, 0);
    return count ? sum(values, (i) => at[i]) / count : NaN;
  }

  /** Net carbon account, C = E − S [Mt CO2]. */
  const account = (year) => map(year.emissions, (e, i) => e - year.sequestration[i]);

  const weighed = (settings) => FACTORS.filter((f) => settings.weights[f] > 0);

  /** Mean of a factor in a year, over the units that have the account and every weighted factor. */
  function yearMean(year, factor, settings) {
    const at = valid(year.emissions, year.sequestration, ...weighed(settings).map((f) => year[f]));
    return { sum: sum(year[factor], (i) => at[i]), mean: mean(year[factor], at), count: at.reduce((n, v) => n + v, 0) };
  }

  /** What relative sizes are relative to: means of the year, of a base year, pooled, or given. */
  function referenceMean(run, t, factor, settings) {
    const reference = settings.reference;
    if (reference.kind === "given") return reference.means[factor];
    if (reference.kind === "base") t = run.years.indexOf(reference.year);
    if (reference.kind !== "pooled") return yearMean(run.at(t), factor, settings).mean;
    const yearly = run.years.map((_, s) => yearMean(run.at(s), factor, settings));
    return sum(yearly.map((y) => y.sum), () => true) / yearly.reduce((n, y) => n + y.count, 0);
  }

  /** Size index κ of each unit, and the relative sizes x̂ and normed weights that it is the mean of. */
  function sizeIndex(run, t, settings) {
    const year = run.at(t), names = weighed(settings);
    const total = names.reduce((s, f) => s + settings.weights[f], 0);
    const weights = {}, sizes = {};
    for (const f of names) {
      const reference = referenceMean(run, t, f, settings);
      weights[f] = settings.weights[f] / total;
      sizes[f] = map(year[f], (x) => x / reference);
    }
    const over = (term, end) => map(year.emissions, (_, i) => end(names.reduce((s, f) => s + term(weights[f], sizes[f][i]), 0)));
    const kappa = {
      geometric: () => over((w, x) => w * Math.log(x), Math.exp),
      arithmetic: () => over((w, x) => w * x, (s) => s),
      harmonic: () => over((w, x) => w / x, (s) => 1 / s),
    }[settings.mean]();
    return { kappa, sizes, weights };
  }

  /** Restore physical totals of accounts at mean size; throws "rescale" where signs would turn. */
  function rescaled(revised, c, rescale) {
    if (rescale === "none") return revised;
    const at = valid(revised, c);
    const ratio = (side) => sum(c, side) / sum(revised, side);
    if (rescale === "gross") {
      const paying = ratio((i) => at[i] && c[i] > 0), receiving = ratio((i) => at[i] && c[i] < 0);
      return map(revised, (r, i) => at[i] && c[i] > 0 ? r * paying : at[i] && c[i] < 0 ? r * receiving : r);
    }
    const net = ratio((i) => at[i]);
    if (!(net > 0)) throw new Problem("rescale");
    return map(revised, (r) => r * net);
  }

  class Problem extends Error {}

  /** R = C − ΣC · Σ w·s, each factor's share s as entitlement x/Σx or responsibility (1/x)/Σ(1/x). */
  function quota(year, c, weights, roles) {
    const names = FACTORS.filter((f) => weights[f] > 0);
    const total = names.reduce((s, f) => s + weights[f], 0);
    const at = valid(c, ...names.map((f) => year[f]));
    const share = new Float64Array(c.length);
    for (const f of names) {
      const part = roles[f] === "responsibility" ? map(year[f], (x) => 1 / x) : year[f];
      const whole = sum(part, (i) => at[i]);
      for (let i = 0; i < share.length; i++) share[i] += weights[f] / total * part[i] / whole;
    }
    const all = sum(c, (i) => at[i]);
    return { revised: map(c, (v, i) => at[i] ? v - all * share[i] : NaN), parts: { share, all } };
  }

  /** R = C − e₀·G, e₀ = ΣE/ΣG (gross) or ΣC/ΣG (net). */
  function threshold(year, c, benchmark) {
    const at = valid(c, year.gdp), counted = (i) => at[i];
    const intensity = sum(benchmark === "gross" ? year.emissions : c, counted) / sum(year.gdp, counted);
    return { revised: map(c, (v, i) => at[i] ? v - intensity * year.gdp[i] : NaN), parts: { intensity } };
  }

  /** Quantile between the two nearest of some sorted values, as numpy's default. */
  function quantile(values, q) {
    const sorted = Float64Array.from(values.filter((v) => !Number.isNaN(v))).sort();
    if (!sorted.length) return NaN;
    const place = (sorted.length - 1) * q, low = Math.floor(place), high = Math.min(low + 1, sorted.length - 1);
    const a = sorted[low], b = sorted[high], t = place - low;
    return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
  }

  /** Payers C/ECC, recipients C·ESC, both factors capped at a quantile of the year. */
  function eccEsc(year, c, cap) {
    const { emissions: e, sequestration: s, gdp: g } = year;
    const at = valid(c, g).map((v, i) => v && e[i] > 0 ? 1 : 0), counted = (i) => at[i];
    const [allE, allG, allS] = [sum(e, counted), sum(g, counted), sum(s, counted)];
    const share = map(e, (v) => v / allE);
    const paying = map(share, (v, i) => v / (g[i] / allG));
    const receiving = map(share, (v, i) => { const support = s[i] / allS; return (Number.isNaN(support) ? 0 : support) / v; });
    const capped = (factor) => { const most = quantile(factor.map((v, i) => at[i] ? v : NaN), cap); return map(factor, (v) => v > most ? most : v); };
    const [payers, recipients] = [capped(paying), capped(receiving)];
    const factor = map(c, (v, i) => v > 0 ? payers[i] : recipients[i]);
    return { revised: map(c, (v, i) => at[i] ? (v === 0 ? 0 : v * factor[i]) : NaN), parts: { factor } };
  }

  /** Revised account R [Mt CO2], size index κ (NaN for other revisions), and the parts that explain it. */
  function revise(run, t, settings) {
    const year = run.at(t), c = account(year), none = new Float64Array(c.length).fill(NaN);
    switch (settings.revision) {
      case "size_normalised": {
        const { kappa, sizes, weights } = sizeIndex(run, t, settings);
        const plain = map(c, (v, i) => v / kappa[i]);
        return { c, kappa, revised: rescaled(plain, c, settings.rescale), parts: { sizes, weights, plain } };
      }
      case "quota": return { c, kappa: none, ...quota(year, c, settings.weights, settings.roles) };
      case "theoretical": return { c, kappa: none, ...quota(year, c, { gdp: 1 }, settings.roles) };
      case "threshold": return { c, kappa: none, ...threshold(year, c, settings.benchmark) };
      case "ecc_esc": return { c, kappa: none, ...eccEsc(year, c, settings.cap_quantile) };
      default: return { c, kappa: none, revised: c, parts: {} };
    }
  }

  /** Stage coefficient k: 1 without one, and for recipients where it applies to payers only. */
  function stage(year, revised, appliesTo) {
    if (!appliesTo) return new Float64Array(revised.length).fill(1);
    return map(revised, (r, i) => r < 0 && appliesTo === "payers" ? 1 : year.stage[i]);
  }

  /** 1 pays (V > ε), −1 receives (V < −ε), 0 is balanced, 2 has no amount. */
  const sideOf = (v, threshold) => Number.isNaN(v) ? 2 : (v > threshold ? 1 : 0) - (v < -threshold ? 1 : 0);

  /** Ranks within payers and within recipients: by priority, ties by larger |V|, then by id. */
  function rank(priority, amount, side, payers) {
    const ranks = new Float64Array(amount.length).fill(NaN);
    for (const own of [1, -1]) {
      const rising = own === 1 && payers === "low_first" ? 1 : -1;
      const members = [];
      for (let i = 0; i < amount.length; i++) if (side[i] === own && Number.isFinite(priority[i])) members.push(i);
      members.sort((a, b) => rising * (priority[a] - priority[b]) || Math.abs(amount[b]) - Math.abs(amount[a]) || a - b);
      members.forEach((i, place) => { ranks[i] = place + 1; });
    }
    return ranks;
  }

  /** Centre of gravity Σ m x / Σ m of some masses [m]: null without mass, and where it is no average (leverage). */
  function centre(masses, map, largestLeverage) {
    const total = sum(masses), gross = sum(masses.map(Math.abs));
    if (!(Math.abs(total) > 1e-12 * gross) || gross / Math.abs(total) > largestLeverage) return null;
    const x = sum(masses.map((m, i) => m * map.x[i])) / total, y = sum(masses.map((m, i) => m * map.y[i])) / total;
    const [lon, lat] = projection.inverse(x, y, map.origin[0], map.origin[1]);
    return { x, y, lon, lat };
  }

  function totals(amount, side, due, map, settings) {
    const mass = (f) => Float64Array.from(due, (v) => Number.isNaN(v) ? 0 : f(v));
    const paid = mass((v) => v > 0 ? v : 0), received = mass((v) => v < 0 ? -v : 0);
    const count = (number) => side.reduce((n, s) => n + (s === number ? 1 : 0), 0);
    const payments = sum(paid), receipts = sum(received), most = settings.largest_leverage;
    return {
      payments, receipts, gap: payments - receipts, payers: count(1), recipients: count(-1), balanced: count(0), missing: count(2),
      centres: {
        payments: centre(paid, map, most), receipts: centre(received, map, most),
        absolute: centre(mass(Math.abs), map, most), signed: centre(mass((v) => v), map, most),
      },
    };
  }

  /**
   * Everything of one year.
   * @param run with years, map {x, y [m], origin [degrees]} and at(t): emissions, sequestration [Mt CO2], gdp [CNY],
   *   population, area, stage [1]
   * @param t place of the year
   * @param settings as the page's data hold them, or with what a control changed; price [CNY/t CO2] a year
   */
  function compute(run, t, settings) {
    const year = run.at(t);
    const { c, kappa, revised, parts } = revise(run, t, settings);
    const k = stage(year, revised, settings.stage), price = settings.price[t];
    const amount = map(revised, (r, i) => r * 1e6 * price * k[i]);
    if (amount.some((v) => Math.abs(v) > settings.largest_amount)) throw new Problem("absurd");
    const side = Int8Array.from(amount, (v) => sideOf(v, settings.threshold));
    const priority = map(amount, (v, i) => Math.abs(v) / year.gdp[i]);
    const due = map(amount, (v, i) => side[i] === 0 ? 0 : v);
    return {
      ...year, account: c, size_index: kappa, revised, stage_coefficient: k, price, amount, side, priority, parts,
      rank: rank(priority, amount, side, settings.payers), totals: totals(amount, side, due, run.map, settings),
    };
  }

  return { compute, quantile, sum, Problem, FACTORS };
})();
