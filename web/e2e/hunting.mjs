// The advanced hunting page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { accessible, editorText, facts, hunt, run, shot, write } from "./tools.mjs";

const ssh = 'DeviceNetworkEvents\n| where ActionType == "SshConnectionInspected"';

export async function firstPageIsFast(page, world) {
  const began = Date.now();
  await page.goto(`${world.url}/hunting`);
  await page.waitForSelector(".monaco-editor .view-line");
  const took = Date.now() - began;
  console.log(`     first page usable after ${took} ms`);
  assert.ok(took < 5000, `${took} ms`);
}

export async function runsTheQueryAtTheCursor(page, world) {
  await hunt(page, world, "print a = 1\n\nprint b = 2");
  assert.equal(await run(page), 200);
  assert.equal(await page.getByRole("columnheader").innerText(), "b");
  await page.keyboard.press("Control+Home");
  await run(page);
  assert.equal(await page.getByRole("columnheader").innerText(), "a");
  assert.match(await facts(page), /^1 row/);
  assert.match(await page.getByTestId("time").innerText(), /Query time/);
}

export async function underlinesErrors(page, world) {
  await hunt(page, world, "DeviceNetworkEvents\n| where ActonType == 1");
  await page.waitForSelector(".squiggly-error");
  assert.equal(await run(page), 400);
  assert.match(await page.getByRole("group").filter({ hasText: "The query has errors" }).first().innerText(), /ActonType/);
}

export async function completesNames(page, world) {
  await hunt(page, world, "");
  await page.keyboard.insertText("DeviceNetworkEv");
  await page.waitForTimeout(1500);
  await page.keyboard.press("Control+Space");
  await page.getByRole("option", { name: /^DeviceNetworkEvents/ }).waitFor({ timeout: 15_000 });
}

export async function tabsSurviveAReload(page, world) {
  await hunt(page, world, "print first = 1");
  await page.getByRole("button", { name: "Create new" }).click();
  await write(page, "print second = 2");
  await page.waitForTimeout(400);
  await page.reload();
  await page.waitForSelector(".monaco-editor .view-line");
  assert.equal(await editorText(page), "print second = 2");
  await page.getByRole("tab", { name: "New query", exact: true }).click();
  assert.equal(await editorText(page), "print first = 1");
}

export async function inspectsARecord(page, world) {
  await hunt(page, world, `${ssh}\n| sort by Timestamp asc`);
  await run(page);
  await page.getByRole("gridcell").first().click();
  const panel = page.getByRole("complementary", { name: "Inspect record" });
  const text = await panel.innerText();
  for (const want of ["Signed in", "Sign-in attempts", "Product: OpenSSH", "Version: 9.2p1", "Operating system: Debian 12"]) assert.ok(text.includes(want), `no ${want} in ${text}`);
  await shot(page, world, "hunting-record");
  await accessible(page);
  await panel.getByRole("button", { name: /^All rows of connection/ }).click();
  await page.getByTestId("facts").waitFor();
  assert.match(await editorText(page), /union/);
}

export async function addsFiltersToTheQuery(page, world) {
  await hunt(page, world, "DeviceNetworkEvents\n| summarize Rows = count() by ActionType\n| sort by Rows desc");
  await run(page);
  const cell = page.getByRole("gridcell", { name: "SshConnectionInspected" });
  await cell.click({ button: "right" });
  await page.getByRole("menuitem", { name: "Add == to query" }).click();
  await page.waitForFunction(() => document.querySelector('[data-testid="facts"]')?.textContent?.startsWith("1 row"));
  assert.match(await editorText(page), /\| where ActionType == "SshConnectionInspected"$/);
}

export async function filtersSortsAndHides(page, world) {
  await hunt(page, world, "DeviceNetworkEvents");
  await run(page);
  await shot(page, world, "hunting-grid");
  const all = await facts(page);
  await page.getByRole("button", { name: "Add filter" }).click();
  await page.getByRole("menuitem", { name: "ActionType", exact: true }).click();
  await page.getByRole("checkbox", { name: /^DnsConnectionInspected/ }).check();
  await page.keyboard.press("Escape");
  assert.match(await facts(page), /of .* rows/);
  assert.notEqual(await facts(page), all);
  await page.getByRole("columnheader", { name: "RemoteIP" }).click();
  assert.equal(await page.getByRole("columnheader", { name: "RemoteIP" }).getAttribute("aria-sort"), "ascending");
  await page.getByRole("button", { name: /^Columns/ }).click();
  await page.getByRole("checkbox", { name: "DeviceId", exact: true }).uncheck();
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("columnheader", { name: "DeviceId" }).count(), 0);
}

export async function drawsCharts(page, world) {
  await hunt(page, world, "DeviceNetworkEvents\n| summarize Events = count() by bin(Timestamp, 5s), ActionType\n| render timechart");
  await run(page);
  await page.getByRole("img", { name: /^Time chart of Events/ }).waitFor();
  await shot(page, world, "hunting-chart");
  await page.getByRole("button", { name: "Time chart" }).click();
  await page.getByRole("menuitemradio", { name: "Stacked column chart" }).click();
  await page.getByRole("img", { name: /^Stacked column chart/ }).waitFor();
  await accessible(page);
}

export async function exports(page, world) {
  await hunt(page, world, "print A = 'x', B = 2");
  await run(page);
  await page.getByRole("button", { name: "Export" }).click();
  const waiting = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "CSV of what is shown" }).click();
  const file = await (await waiting).path();
  assert.equal(readFileSync(file, "utf8"), "\ufeffA,B\r\nx,2\r\n");
}

export async function sharesLinks(page, world) {
  await hunt(page, world, "print A = 'Grüße'");
  await page.getByRole("button", { name: "Share link" }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /\/hunting\?query=H4sI/);
  const other = await world.open();
  await other.goto(link);
  await other.getByTestId("facts").waitFor();
  assert.equal(await editorText(other), "print A = 'Grüße'");
  await other.context().close();
}

export async function savesQueries(page, world) {
  await hunt(page, world, "print saved = 1");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByLabel("Name").fill("My hunt");
  await page.getByLabel("Folder").fill("team/ssh");
  await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("tab", { name: "Queries" }).click();
  await page.getByRole("button", { name: "My hunt", exact: true }).waitFor();
  assert.ok((await page.getByRole("region", { name: "My queries" }).innerText()).includes("team/ssh"));
  const hunts = page.getByRole("region", { name: "Hunts" });
  await hunts.getByText(/^T\d{4}/).first().waitFor();
  await shot(page, world, "hunting-queries");
  await accessible(page);
  await page.getByRole("tab", { name: "History" }).click();
}

export async function showsTheSchema(page, world) {
  await hunt(page, world, "");
  await page.getByRole("searchbox", { name: "Search the schema" }).fill("RemoteUrl");
  await page.getByRole("treeitem", { name: /^RemoteUrl/ }).first().click();
  assert.equal(await editorText(page), "RemoteUrl");
  await page.getByRole("searchbox", { name: "Search the schema" }).fill("DeviceNetworkEvents");
  await page.getByRole("treeitem", { name: /^DeviceNetworkEvents/ }).focus();
  await page.keyboard.press("F1");
  await page.getByRole("dialog", { name: /DeviceNetworkEvents/ }).getByText("SshConnectionInspected").first().waitFor();
  await shot(page, world, "hunting-reference");
}

export async function scrollsManyRows(page, world) {
  await hunt(page, world, "range Number from 1 to 100000 step 1\n| extend Name = strcat('row ', Number), Half = Number / 2.0, Text = 'text that fills a column'");
  await run(page);
  assert.match(await facts(page), /^100,000 rows/);
  const fps = await page.evaluate(async () => {
    const grid = document.querySelector('[role="grid"]');
    const began = performance.now();
    let frames = 0;
    while (performance.now() - began < 2000) {
      grid.scrollTop += 900;
      frames++;
      await new Promise(requestAnimationFrame);
    }
    return (frames * 1000) / (performance.now() - began);
  });
  console.log(`     100,000 rows scroll at ${fps.toFixed(0)} frames a second`);
  assert.ok(fps > 20, `${fps}`);
  const nodes = await page.locator('[role="row"]').count();
  assert.ok(nodes < 120, `${nodes} rows in the page`);
  await page.locator('[role="grid"]').focus();
  await page.keyboard.press("Control+End");
  await page.getByRole("gridcell", { name: "100000", exact: true }).waitFor();
}

export async function cancels(page, world) {
  await hunt(page, world, "range a from 1 to 200000000 step 1\n| extend h = hash_sha256(tostring(a))\n| summarize dcount(h), max(h) by a % 7");
  await page.keyboard.press("Shift+Enter");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("The query was canceled.").waitFor();
}
