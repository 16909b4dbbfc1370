import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

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
  await page.waitForTimeout(350);
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

export const facts = (page) => page.getByTestId("facts").innerText();

export const shot = (page, world, name) => page.screenshot({ path: join(world.out, `${name}.png`) });

/**
 * Fails on accessibility errors.  Monaco's own parts are not ours, nor are the
 * invisible stops by which Fluent UI moves the focus.
 */
export async function accessible(page) {
  // The policy refuses scripts in the page; the debugger may add one.
  const source = (await import("node:fs")).readFileSync(axe, "utf8");
  await page.evaluate(source);
  const result = await page.evaluate(() => window.axe.run({ exclude: [".monaco-editor", ".monaco-aria-container", "[data-tabster-dummy]"] }, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }));
  assert.deepEqual(
    result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).slice(0, 3).join(" | ")}`),
    [],
  );
}
