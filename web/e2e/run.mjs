// End-to-end tests of the portal: a real server on a database of the range,
// and headless Chromium.  WIREHUNT and CHROMIUM name other programs than
// ../bin/wirehunt and /usr/bin/chromium; an argument picks tests by name.

import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "./server.mjs";
import * as hunting from "./hunting.mjs";
import * as pages from "./pages.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const programs = { wirehunt: process.env.WIREHUNT ?? join(here, "../../bin/wirehunt"), chromium: process.env.CHROMIUM ?? "/usr/bin/chromium" };
for (const [name, path] of Object.entries(programs)) {
  if (!existsSync(path)) {
    console.log(`SKIP: no ${name} at ${path}`);
    process.exit(0);
  }
}
export const out = join(here, "out");
mkdirSync(out, { recursive: true });

const world = await start(programs, join(here, "../../testdata/range"), out);
const tests = [...Object.entries(hunting), ...Object.entries(pages)].filter(([name]) => name.toLowerCase().includes((process.argv[2] ?? "").toLowerCase()));
let failed = 0;
try {
  for (const [name, test] of tests) {
    const began = Date.now();
    const page = await world.open();
    try {
      await test(page, world);
      if (page.problems.length > 0) throw new Error(`the page complained:\n${page.problems.join("\n")}`);
      console.log(`ok   ${name} (${Date.now() - began} ms)`);
    } catch (e) {
      failed++;
      await page.screenshot({ path: join(out, `failed-${name}.png`) }).catch(() => {});
      console.log(`FAIL ${name}: ${e.stack ?? e}`);
    }
    await page.context().close();
  }
} finally {
  await world.stop();
}
console.log(failed > 0 ? `${failed} of ${tests.length} tests failed` : `${tests.length} tests passed`);
process.exit(failed > 0 ? 1 : 0);
