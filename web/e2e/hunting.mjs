// The advanced hunting page: editor, tabs, time range, links.

import assert from "node:assert/strict";
import { cell, editorText, facts, hunt, results, run, until, write } from "./tools.mjs";

export async function runsTheQueryAtTheCursor(page, world) {
  await hunt(page, world, "print a = 1\n\nprint b = 2");
  assert.equal(await run(page), 200);
  await until(() => page.getByRole("columnheader").innerText(), "b", "the column");
  await page.locator(".monaco-editor textarea").focus();
  await page.keyboard.press("Control+Home");
  await run(page);
  await until(() => page.getByRole("columnheader").innerText(), "a", "the column");
  assert.match(await facts(page), /^1 row/);
  assert.match(await page.getByTestId("time").innerText(), /Query time/);
  assert.match(await page.getByTestId("usage").innerText(), /Low|Medium|High/);
}

export async function runsTheSelection(page, world) {
  await hunt(page, world, "print a = 1\n| extend b = 2");
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Shift+End");
  await run(page);
  await until(() => page.getByRole("columnheader").allInnerTexts().then(String), "a", "the columns");
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
  await page.getByRole("option", { name: /^DeviceNetworkEvents/ }).waitFor();
}

export async function formats(page, world) {
  await hunt(page, world, "DeviceNetworkEvents|where  RemotePort==22|take   5");
  await page.getByRole("button", { name: "Format" }).click();
  await until(() => editorText(page), "DeviceNetworkEvents\n| where RemotePort == 22\n| take 5", "the text");
}

export async function tabsSurviveAReload(page, world) {
  await hunt(page, world, "print first = 1");
  await page.getByRole("button", { name: "Create new" }).click();
  await write(page, "print second = 2");
  await page.reload();
  await page.waitForSelector(".monaco-editor .view-line");
  assert.equal(await editorText(page), "print second = 2");
  await page.getByRole("tab", { name: "New query", exact: true }).click();
  assert.equal(await editorText(page), "print first = 1");
}

export async function tabsKeepTheirResults(page, world) {
  await results(page, world, "print first = 1");
  await page.getByRole("button", { name: "Create new" }).click();
  await page.getByRole("region", { name: "Get started" }).waitFor();
  await write(page, "print second = 2");
  await run(page);
  const first = page.getByRole("tab", { name: "New query", exact: true });
  await first.click();
  await until(() => page.getByRole("columnheader").innerText(), "first", "the column");
  await first.dblclick();
  await page.getByLabel("Name of the tab").fill("Renamed");
  await page.keyboard.press("Enter");
  await page.getByRole("tab", { name: "Renamed" }).getByTestId("close-tab").click();
  await until(() => page.getByRole("tab", { name: "Renamed" }).count(), 0, "the number of tabs");
  await until(() => page.getByRole("columnheader").innerText(), "second", "the column");
}

export async function limitsByTime(page, world) {
  await hunt(page, world, "DeviceNetworkEvents\n| summarize Rows = count()");
  const sent = async () => {
    const request = page.waitForRequest((r) => r.url().endsWith("/api/v1/query"));
    await run(page);
    return (await request).postDataJSON();
  };
  await page.getByRole("button", { name: "Set in query" }).click();
  await page.getByRole("radio", { name: "Last 7 days" }).check();
  await page.keyboard.press("Escape");
  let q = await sent();
  assert.deepEqual([q.last, q.now], ["P7D", "latest"]);
  assert.notEqual(await (await cell(page, "Rows")).innerText(), "0");
  await page.getByRole("button", { name: "Share link" }).click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /timeRangeId=week/);
  await page.getByRole("button", { name: "Last 7 days of data" }).click();
  await page.getByRole("switch", { name: /newest event/ }).uncheck();
  await page.getByRole("radio", { name: "Custom range" }).check();
  await page.getByLabel("From (UTC)").fill("2020-01-01T00:00:00");
  await page.getByLabel("To (UTC)").fill("2020-01-02T00:00:00");
  await page.keyboard.press("Escape");
  q = await sent();
  assert.deepEqual([q.from, q.to, q.now], ["2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z", undefined]);
  await until(async () => (await cell(page, "Rows")).innerText(), "0", "the count");
}

export async function showsTimesInTheZone(_, world) {
  const page = await world.open({ timezoneId: "Asia/Tokyo" });
  await results(page, world, "print Time = datetime(2026-01-01 00:00:00)");
  assert.equal(await (await cell(page, "Time")).innerText(), "2026-01-01 00:00:00.000");
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("menuitemradio", { name: "Times in local time" }).click();
  await until(async () => (await cell(page, "Time")).innerText(), "2026-01-01 09:00:00.000", "the time");
  await page.context().close();
}

export async function sharesLinks(page, world) {
  await hunt(page, world, "print A = 'Grüße'");
  await page.getByRole("button", { name: "Share link" }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /\/hunting\?query=H4sI/);
  // Defender's own address, and ours.
  for (const address of [link, link.replace("/hunting?", "/v2/advanced-hunting?")]) {
    const other = await world.open();
    await other.goto(address);
    await other.getByTestId("facts").waitFor();
    assert.equal(await editorText(other), "print A = 'Grüße'");
    await other.context().close();
  }
}

export async function startsFromSamples(page, world) {
  await hunt(page, world);
  const start = page.getByRole("region", { name: "Get started" });
  await start.getByText("T1110.001").waitFor();
  await start.getByRole("button", { name: "Password guessing over SSH" }).click();
  await page.getByTestId("facts").waitFor();
  assert.match(await editorText(page), /SshConnectionInspected/);
  assert.doesNotMatch(await facts(page), /^0 rows/);
}

export async function cancels(page, world) {
  await hunt(page, world, "range a from 1 to 200000000 step 1\n| extend h = hash_sha256(tostring(a))\n| summarize dcount(h), max(h) by a % 7");
  await page.keyboard.press("Shift+Enter");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("The query was canceled.").waitFor();
}

export async function reportsResources(page, world) {
  await results(page, world, "print reported = 1");
  await page.getByRole("button", { name: "Resources report" }).click();
  const row = page.getByRole("row").filter({ hasText: "print reported = 1" }).first();
  await row.waitFor();
  const text = await row.innerText();
  for (const want of ["Portal", "Low", "Completed", "Set in query"]) assert.ok(text.includes(want), `no ${want} in ${text}`);
  await row.getByRole("button", { name: "Open the query" }).click();
  await page.getByRole("tab", { name: "From the report" }).waitFor();
  assert.equal(await editorText(page), "print reported = 1");
}
