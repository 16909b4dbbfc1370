import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Opens the hunting page and waits for the editor. */
export async function hunt(page, world, query) {
  await page.goto(`${world.url}/hunting`);
  await page.waitForSelector(".monaco-editor .view-line");
  if (query !== undefined) await write(page, query);
}

/** Replaces the text of the editor. */
export async function write(page, text) {
  await page.locator(".monaco-editor textarea").focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(text);
  await page.keyboard.press("Escape");
}

/** The text of the editor, as the tab keeps it. */
export async function editorText(page) {
  await page.waitForTimeout(600);
  return page.evaluate(() => {
    const tabs = JSON.parse(localStorage.getItem("wirehunt.tabs"));
    return tabs.list.find((t) => t.id === tabs.active).text;
  });
}

/** Runs the query at the cursor and waits for its result. */
export async function run(page) {
  const reply = page.waitForResponse((r) => r.url().endsWith("/api/v1/query"));
  await page.locator(".monaco-editor textarea").focus();
  await page.keyboard.press("Shift+Enter");
  const status = (await reply).status();
  await page.getByRole("button", { name: "Run query" }).waitFor();
  return status;
}

/** Opens the hunting page, runs a query and waits for its result. */
export async function results(page, world, query) {
  await hunt(page, world, query);
  assert.equal(await run(page), 200);
  await page.getByTestId("facts").waitFor();
}

export const facts = (page) => page.getByTestId("facts").innerText();

/** The cell of a column in the n-th line that is shown. */
export async function cell(page, column, line = 0) {
  const index = await page.getByRole("columnheader", { name: column, exact: true }).getAttribute("aria-colindex");
  return page.locator(`[role="grid"] [role="row"][data-line="${line}"] > [role="gridcell"][aria-colindex="${index}"]`);
}

/** The names of the columns that are shown, in their order. */
export const columnNames = (page) => page.getByRole("columnheader").allInnerTexts();

/** Waits until a text of the page fits. */
export async function until(read, want, what = "") {
  let got;
  for (let i = 0; i < 100; i++) {
    got = await read();
    if (want instanceof RegExp ? want.test(got) : got === want) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  assert.fail(`${what} is ${JSON.stringify(got)}, want ${want}`);
}

export const shot = (page, world, name) => page.screenshot({ path: join(world.out, `${name}.png`) });

/**
 * Fails on accessibility errors.  Monaco's own parts are not ours, nor are the
 * invisible stops by which Fluent UI moves the focus.
 */
export async function accessible(page, what = "") {
  await page.waitForTimeout(300); // Fluent UI fades things in.
  // The policy refuses scripts in the page; the debugger may add one.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run({ exclude: [".monaco-editor", ".monaco-aria-container", "[data-tabster-dummy]"] }, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }));
  assert.deepEqual(
    result.violations.map((v) => `${what} ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).slice(0, 3).join(" | ")}`),
    [],
  );
}
