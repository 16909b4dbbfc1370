// End-to-end tests of the portal: a real server on a database of the range,
// and headless Chromium.  WIREHUNT and CHROMIUM name other programs than
// ../../bin/wirehunt and /usr/bin/chromium; arguments pick tests by their file
// (measures, look, hunting, results, side, pages) or by a part of their name.

import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "./server.mjs";
import * as hunting from "./hunting.mjs";
import * as measures from "./measures.mjs";
import * as pages from "./pages.mjs";
import * as results from "./results.mjs";
import * as side from "./side.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const programs = { wirehunt: process.env.WIREHUNT ?? join(here, "../../bin/wirehunt"), chromium: process.env.CHROMIUM ?? "/usr/bin/chromium" };
for (const [name, path] of Object.entries(programs)) {
  if (!existsSync(path)) {
    console.log(`SKIP: no ${name} at ${path}`);
    process.exit(0);
  }
}
const out = join(here, "out");
mkdirSync(out, { recursive: true });

const world = await start(programs, join(here, "../../testdata/range"), out);
// Measures are taken alone, and screenshots before other tests import files;
// the rest runs in two browsers at a time.
const files = { measures, look: { allPagesAreAccessible: pages.allPagesAreAccessible }, hunting, results, side, pages };
const alone = new Set([...Object.keys(measures), "allPagesAreAccessible"]);
const wanted = process.argv.slice(2).map((w) => w.toLowerCase());
const tests = new Map();
for (const [file, list] of Object.entries(files)) {
  for (const [name, test] of Object.entries(list)) if (wanted.length === 0 || wanted.some((w) => w === file || name.toLowerCase().includes(w))) tests.set(name, test);
}
const failed = [];
const began = Date.now();

async function runOne(browser, name) {
  const began = Date.now();
  const page = await browser.open();
  try {
    await tests.get(name)(page, browser);
    if (page.problems.length > 0) throw new Error(`the page complained:\n${page.problems.join("\n")}`);
    console.log(`ok   ${name} (${Date.now() - began} ms)`);
  } catch (e) {
    failed.push(name);
    await page.screenshot({ path: join(out, `failed-${name}.png`) }).catch(() => {});
    console.log(`FAIL ${name}: ${e.stack ?? e}`);
  }
  await page.context().close();
}

async function runAll(names, browsers) {
  const queue = [...names];
  await Promise.all(
    browsers.map(async (b) => {
      for (let name = queue.shift(); name !== undefined; name = queue.shift()) await runOne(b, name);
    }),
  );
}

try {
  const first = await world.withBrowser();
  await runAll([...tests.keys()].filter((n) => alone.has(n)), [first]);
  await runAll([...tests.keys()].filter((n) => !alone.has(n)), [first, await world.withBrowser()]);
} finally {
  await world.stop();
}
const took = `in ${((Date.now() - began) / 1000).toFixed(0)} s`;
console.log(failed.length > 0 ? `${failed.length} of ${tests.size} tests failed ${took}: ${failed.join(", ")}` : `${tests.size} tests passed ${took}`);
process.exit(failed.length > 0 ? 1 : 0);
