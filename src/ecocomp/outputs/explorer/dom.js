/** Elements. Texts of the data only ever become text, never markup. */
const dom = (() => {
  const byId = (id) => document.getElementById(id);

  function filled(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat().filter((c) => c !== null && c !== undefined));
    return element;
  }

  const make = (name, attributes, ...children) => filled(document.createElement(name), attributes, children);
  const draw = (name, attributes, ...children) => filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

  /** A value that programs can read beside the text that people read. */
  const value = (shown, plain) => make("data", { value: String(plain) }, shown);

  function options(select, entries, chosen) {
    select.replaceChildren(...entries.map(([key, text]) => make("option", { value: key }, text)));
    select.value = chosen;
  }

  /** Text in which a run of Chinese is marked as such on an English page, for screen readers and fonts. */
  function mixed(text) {
    if (words.code() === "zh") return [text];
    return text.split(/([\u3400-\u9fff\uf900-\ufaff]+)/).filter(Boolean)
      .map((part) => /^[\u3400-\u9fff\uf900-\ufaff]/.test(part) ? make("span", { lang: "zh" }, part) : part);
  }

  return { byId, make, draw, value, options, mixed };
})();
