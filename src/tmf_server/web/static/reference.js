// Shows the document that the page names, in the colours that the reader's system asks for.
"use strict";

const place = document.getElementById("reference");
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
paint();
dark.addEventListener("change", paint);

// Swagger UI would send an example as the value of its parameter: a filter that matches nothing, for example. So the
// examples go into the descriptions, and a field that is left empty is left out of the request.
function told(parameter) {
  const example = parameter.example ?? parameter.schema?.example;
  if (example === undefined) return;
  parameter.description = `${parameter.description ?? ""} Example: \`${example}\``;
  delete parameter.example;
  delete parameter.schema?.example;
}

// A list filters by any attribute, and the document declares none of them: one field takes conditions as a URL has them.
const CONDITIONS = "any conditions";
const conditions = {
  name: CONDITIONS,
  in: "query",
  description:
    "Filters by any attributes, written as in a URL: `name=Fibre`, `validFor.endDateTime.lt=2027-01-01`, several with `&` between them.",
  schema: { type: "string" },
};

function filtered(path, item) {
  if (item.get && !path.endsWith("}") && path !== "/hub") item.get.parameters = [...(item.get.parameters ?? []), conditions];
}

function withConditions(request) {
  const url = new URL(request.url, document.baseURI);
  const written = url.searchParams.get(CONDITIONS);
  if (written === null) return request;
  url.searchParams.delete(CONDITIONS);
  // what is encoded already stays as it is: %2C is a comma inside a value
  const encoded = encodeURI(written).replaceAll(/%25([0-9A-Fa-f]{2})/g, "%$1").replaceAll("#", "%23");
  request.url = `${url}${url.search ? "&" : "?"}${encoded}`;
  return request;
}

// What Swagger UI draws lacks names for fields and regions and ways to scroll by keyboard, and has links inside buttons.
const NAMES = [
  ["#servers", "Server"],
  [".body-param__text, .body-param select", "Body"],
  [".examples-select select", "Example"],
  [".body-param-content-type select", "Media type of the body"],
  [".response-controls select, .content-type", "Media type of the answer"],
];

const REGIONS = [
  [".information-container", "About this API"],
  [".scheme-container", "Server"],
  [".filter-container", "Filter"],
];
const LEVELS = [["h3.opblock-tag", 2], ["h4.opblock-title, h4.opblock-section-title, .opblock-section-header h4", 3], [".responses-inner h5, .response h5", 4]];

function nameOf(field) {
  const parameter = field.closest("[data-param-name]");
  if (parameter) return parameter.dataset.paramName;
  return NAMES.find(([selector]) => field.matches(selector))?.[1] ?? "Value";
}

function tidy() {
  for (const field of place.querySelectorAll("select:not([aria-label]), textarea:not([aria-label]), input:not([aria-label])")) {
    field.setAttribute("aria-label", nameOf(field));
  }
  for (const link of place.querySelectorAll(".opblock-summary-control a[href]")) link.removeAttribute("href");
  for (const text of place.querySelectorAll("pre:not([tabindex])")) text.tabIndex = 0;
  for (const table of place.querySelectorAll("table[role]")) table.removeAttribute("role");
  for (const [selector, level] of LEVELS) {
    for (const heading of place.querySelectorAll(selector)) heading.setAttribute("aria-level", level);
  }
  for (const [selector, name] of REGIONS) {
    for (const part of place.querySelectorAll(`${selector}:not([role])`)) {
      part.setAttribute("role", "region");
      part.setAttribute("aria-label", name);
    }
  }
}

let waiting = false;
function soonTidy() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    tidy();
  });
}

function show(shown) {
  const operations = Object.values(shown.paths).flatMap((path) => [path, ...Object.values(path)]);
  const inline = operations.flatMap((one) => one.parameters ?? []);
  [...Object.values(shown.components?.parameters ?? {}), ...inline].forEach(told);
  for (const [path, item] of Object.entries(shown.paths)) filtered(path, item);
  new MutationObserver(soonTidy).observe(place, { childList: true, subtree: true });
  window.SwaggerUIBundle({
    spec: shown,
    domNode: place,
    presets: [window.SwaggerUIBundle.presets.apis],
    deepLinking: true,
    docExpansion: "list",
    filter: true,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: -1,
    defaultModelExpandDepth: 1,
    requestInterceptor: withConditions,
    validatorUrl: null,
  });
}

fetch(place.dataset.document)
  .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`HTTP ${answer.status}`))))
  .then(show)
  .catch((error) => {
    place.textContent = `The document cannot be shown: ${error.message}`;
  });
