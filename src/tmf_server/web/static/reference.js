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

function show(shown) {
  const operations = Object.values(shown.paths).flatMap((path) => [path, ...Object.values(path)]);
  const inline = operations.flatMap((one) => one.parameters ?? []);
  [...Object.values(shown.components?.parameters ?? {}), ...inline].forEach(told);
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
    validatorUrl: null,
  });
}

fetch(place.dataset.document)
  .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`HTTP ${answer.status}`))))
  .then(show)
  .catch((error) => {
    place.textContent = `The document cannot be shown: ${error.message}`;
  });
