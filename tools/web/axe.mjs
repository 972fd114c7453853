// Opens the pages of a server of its own in a browser, lets axe look at them, and tries the field for any conditions.
// Usage: node axe.mjs SERVER-COMMAND. Exit 1 when axe finds anything serious; lesser things are only told.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "chrome"];
const SERIOUS = new Set(["serious", "critical"]);
const PAGES = ["/", "/docs/lifecycles", "/docs/nothing-is-here"];
const PATIENCE = { timeout: 120_000 };

function browserPath() {
  const places = process.env.PATH.split(":").flatMap((folder) => BROWSERS.map((name) => `${folder}/${name}`));
  const chosen = process.env.CHROME_PATH ?? places.find(existsSync);
  if (!chosen) throw new Error(`no browser: install chromium, or name one in CHROME_PATH (tried ${BROWSERS.join(", ")})`);
  return chosen;
}

async function startServer(command) {
  const options = { stdio: ["ignore", "pipe", "ignore"] };
  const server = spawn(command, ["serve", "--ephemeral", "--json", "--port", "0"], options);
  for await (const line of createInterface({ input: server.stdout })) return { server, root: JSON.parse(line).url };
  throw new Error(`${command} has not started`);
}

// The pages in light colours, and one reference page of each version in dark ones too: they differ in nothing but words.
async function visits(root) {
  const served = await (await fetch(root, { headers: { Accept: "application/json" } })).json();
  const references = served.map((one) => new URL(one.reference).pathname);
  const each = ["v4", "v5"].flatMap((version) => references.find((path) => path.includes(version)) ?? []);
  const light = [...PAGES, ...references].map((path) => [path, "light"]);
  return [...light, ...[...PAGES, ...each].map((path) => [path, "dark"])];
}

// A reference page is judged with operations open: one of each method, ready to be tried.
async function openOperations(page) {
  await page.waitForSelector(".opblock", PATIENCE);
  for (const method of ["get", "post", "patch", "put", "delete"]) {
    const summary = await page.$(`.opblock-${method} .opblock-summary-control`);
    await summary?.evaluate((button) => button.click());
  }
  await page.waitForSelector(".opblock.is-open .responses-wrapper", PATIENCE);
}

async function faults(page) {
  await page.addScriptTag({ path: AXE });
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, count: nodes.length, first: nodes[0].html }));
  });
}

async function tryConditions(page) {
  const field = await page.$(".opblock-get.is-open tr[data-param-name='any conditions'] input");
  await field.type("name=a%2Cb;name.regex=^c d&id.ne=1");
  const asked = page.waitForRequest((request) => request.url().includes("/tmf-api/"), PATIENCE);
  await page.click(".opblock-get.is-open .btn.execute");
  const { search } = new URL((await asked).url());
  return search === "?name=a%2Cb;name.regex=%5Ec%20d&id.ne=1" ? [] : [`conditions are sent as ${search}`];
}

async function look(browser, root, path, colours) {
  const page = await browser.newPage();
  await page.setBypassCSP(true); // axe comes from outside
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: colours }]);
  await page.goto(root + path, PATIENCE);
  const reference = path.startsWith("/docs/v");
  if (reference) await openOperations(page);
  const found = await faults(page);
  for (const { impact, id, help, count, first } of found) {
    console.log(`${path} (${colours}): ${impact}: ${id}: ${help}: ${count} places, first ${first.slice(0, 200)}`);
  }
  const wrong = reference ? await tryConditions(page) : [];
  wrong.forEach((one) => console.log(`${path}: ${one}`));
  await page.close();
  return found.filter(({ impact }) => SERIOUS.has(impact)).length + wrong.length;
}

async function main(command) {
  const browser = await puppeteer.launch({ executablePath: browserPath(), args: ["--no-sandbox"] });
  const { server, root } = await startServer(command);
  let serious = 0;
  try {
    const all = await visits(root);
    for (const [path, colours] of all) serious += await look(browser, root, path, colours);
    console.log(`${all.length} pages, ${serious} serious faults`);
  } finally {
    await browser.close();
    server.kill("SIGTERM");
  }
  return serious ? 1 : 0;
}

process.exitCode = await main(process.argv[2]);
