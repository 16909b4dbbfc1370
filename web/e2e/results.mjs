// The results: table, charts, filters, menus, files.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { strFromU8, unzipSync } from "fflate";
import { accessible, cell, columnNames, editorText, facts, results, shot, until } from "./tools.mjs";

const ssh = 'DeviceNetworkEvents\n| where ActionType == "SshConnectionInspected"\n| sort by Timestamp asc, DeviceName desc';
// Several columns of different types; one row has JSON.
const letters = 'datatable(Name: string, Port: int, Bag: dynamic)["b", 443, dynamic({"x": {"y": 1}}), "a", 22, dynamic(null), "b", 8, dynamic(null), "", int(null), dynamic(null)]';

export async function inspectsARecord(page, world) {
  await results(page, world, ssh);
  await (await cell(page, "Timestamp")).click();
  const panel = page.getByRole("complementary", { name: "Inspect record" });
  const text = await panel.innerText();
  for (const want of ["Signed in", "Sign-in attempts", "Product: OpenSSH", "Version: 9.2p1", "Operating system: Debian 12"]) assert.ok(text.includes(want), `no ${want} in ${text}`);
  await shot(page, world, "hunting-record");
  await accessible(page, "record");
  await panel.getByRole("button", { name: "Actions of Sign-in attempts" }).click();
  await page.getByRole("menuitem", { name: "Add == to query" }).click();
  await until(() => editorText(page), /where tostring\(todynamic\(AdditionalFields\)\.auth_attempts\) == "\d+"$/, "the text");
}

export async function followsTheConnection(page, world) {
  await results(page, world, ssh);
  await (await cell(page, "Timestamp")).click();
  await page.getByRole("button", { name: /^All rows of connection/ }).click();
  await page.getByRole("columnheader", { name: "Table" }).waitFor();
  assert.match(await editorText(page), /union withsource = Table/);
  assert.doesNotMatch(await facts(page), /^0 rows/);
}

export async function goesHunting(page, world) {
  await results(page, world, ssh);
  await (await cell(page, "Timestamp")).click();
  await page.getByRole("button", { name: "Go hunt" }).click();
  await page.getByRole("menuitem", { name: "The device's events, 30 minutes around" }).click();
  await page.getByRole("columnheader", { name: "Relevance" }).waitFor();
  assert.match(await facts(page), /^100 rows/);
  await page.getByRole("tab").first().click();
  await page.getByRole("columnheader", { name: "DeviceName" }).waitFor();
  await (await cell(page, "DeviceName")).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Go hunt: This device, 1 hour around" }).click();
  await page.getByRole("columnheader", { name: "$table" }).waitFor();
  assert.match(await editorText(page), /^let seen = datetime\(.*\n?search in/);
}

export async function opensEntities(page, world) {
  await results(page, world, 'DeviceNetworkEvents\n| where DeviceName == "ws2.range.example" and RemoteIP == "203.0.113.80"');
  await (await cell(page, "Timestamp")).click();
  await page.getByRole("button", { name: "Address 203.0.113.80" }).click();
  await page.getByRole("heading", { name: "203.0.113.80" }).waitFor();
  await page.getByRole("region", { name: "Devices that talked to it", exact: true }).getByRole("link", { name: "ws2.range.example" }).waitFor();
  await page.getByRole("img", { name: /^Events over time/ }).waitFor();
  await accessible(page, "address");
  await page.getByRole("region", { name: "User agents", exact: true }).getByRole("link", { name: "TrickXYZ" }).click();
  await page.getByTestId("facts").waitFor();
  assert.match(await facts(page), /^3 rows/);
  await page.goBack();
  await page.getByRole("heading", { name: "203.0.113.80" }).waitFor();
}

export async function addsFiltersToTheQuery(page, world) {
  const query = "DeviceNetworkEvents\n| summarize Rows = count() by ActionType\n| sort by Rows desc";
  for (const [item, step, first] of [
    ["Add == to query", 'where ActionType == "SshConnectionInspected"', /^1 row/],
    ["Add != to query", 'where ActionType != "SshConnectionInspected"', /rows/],
    ["Add contains to query", 'where ActionType contains "SshConnectionInspected"', /^1 row/],
    ["Add startswith to query", 'where ActionType startswith "SshConnectionInspected"', /^1 row/],
  ]) {
    await results(page, world, query);
    await page.getByRole("gridcell", { name: "SshConnectionInspected" }).click({ button: "right" });
    await page.getByRole("menuitem", { name: item }).click();
    await until(() => editorText(page), `${query}\n| ${step}`, "the text");
    await until(() => facts(page), first, "the facts");
  }
}

export async function extendsMembers(page, world) {
  await results(page, world, ssh);
  await page.locator('[role="grid"]').evaluate((e) => (e.scrollLeft = e.scrollWidth));
  await (await cell(page, "AdditionalFields")).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Extend client", exact: true }).click();
  await page.getByRole("columnheader", { name: "client", exact: true }).waitFor();
  assert.match(await editorText(page), /\| extend client = tostring\(todynamic\(AdditionalFields\)\.client\)$/);
}

export async function copiesValues(page, world) {
  await results(page, world, letters);
  await (await cell(page, "Port")).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Copy value" }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "443");
  await (await cell(page, "Port")).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Copy row as JSON" }).click();
  assert.deepEqual(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())), { Name: "b", Port: 443, Bag: { x: { y: 1 } } });
}

export async function filtersByPills(page, world) {
  await results(page, world, "DeviceNetworkEvents");
  const all = await facts(page);
  await page.getByRole("button", { name: "Add filter" }).click();
  await page.getByRole("menuitem", { name: "ActionType", exact: true }).click();
  await page.getByLabel("Search values").fill("dns");
  await page.getByRole("checkbox", { name: /^DnsConnectionInspected/ }).check();
  await page.keyboard.press("Escape");
  await until(() => page.getByTestId("pill").innerText(), "ActionType: DnsConnectionInspected", "the pill");
  const some = Number(/^(\d+) of/.exec(await facts(page))?.[1]);
  assert.ok(some > 0);
  await (await cell(page, "ActionType")).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Hide this value" }).click();
  await until(() => page.getByTestId("pill").innerText(), "ActionType: not DnsConnectionInspected", "the pill");
  const rest = Number(/^([\d,]+) of/.exec(await facts(page))?.[1].replace(",", ""));
  assert.equal(`${(rest + some).toLocaleString("en-US")} rows`, all);
  await page.getByRole("button", { name: "Remove the filter of ActionType" }).click();
  assert.equal(await facts(page), all);
  await page.getByLabel("Search results").fill("TrickXYZ");
  await until(() => facts(page), /^\d+ of/, "the facts");
}

export async function sortsHidesAndMovesColumns(page, world) {
  await results(page, world, letters);
  const head = (name) => page.getByRole("columnheader", { name, exact: true });
  await head("Port").click();
  assert.equal(await head("Port").getAttribute("aria-sort"), "ascending");
  assert.equal(await (await cell(page, "Port")).innerText(), "8");
  await head("Port").click();
  await until(async () => (await cell(page, "Port")).innerText(), "443", "the first port");
  await head("Bag").dragTo(head("Name"));
  await until(() => columnNames(page).then(String), "Bag,Name,Port", "the columns");
  await page.getByRole("button", { name: /^Columns/ }).click();
  await page.getByRole("button", { name: "Move Port to the left" }).click();
  await page.getByRole("checkbox", { name: "Bag" }).uncheck();
  await page.keyboard.press("Escape");
  await until(() => columnNames(page).then(String), "Port,Name", "the columns");
  await head("Name").click({ button: "right" });
  await page.getByRole("menuitem", { name: "Hide column" }).click();
  await until(() => columnNames(page).then(String), "Port", "the columns");
  await page.getByRole("button", { name: "Columns (2 hidden)" }).click();
  await page.getByRole("button", { name: "Reset" }).click();
  await page.keyboard.press("Escape");
  await until(() => columnNames(page).then(String), "Name,Port,Bag", "the columns");
}

export async function groupsRows(page, world) {
  await results(page, world, letters);
  await page.getByRole("button", { name: "Group by" }).click();
  await page.getByRole("menuitemradio", { name: "Name" }).click();
  const group = page.getByRole("gridcell", { name: "Name: b (2)" });
  await group.waitFor();
  await page.getByRole("gridcell", { name: "Name: (empty) (1)" }).waitFor();
  assert.equal(await page.getByRole("gridcell", { name: "443", exact: true }).count(), 1);
  await accessible(page, "groups");
  await group.click();
  await until(() => page.getByRole("gridcell", { name: "443", exact: true }).count(), 0, "the rows of a closed group");
  await page.getByRole("columnheader", { name: "Port" }).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Group by Port" }).click();
  await page.getByRole("gridcell", { name: "Port: 22 (1)" }).waitFor();
}

export async function expandsRows(page, world) {
  await results(page, world, letters);
  await page.getByRole("gridcell", { name: "Details of row 1" }).click();
  const values = page.getByLabel("Values of the row");
  await values.waitFor();
  assert.match(await values.innerText(), /x\s+\{"y":1\}/);
  await accessible(page, "details");
  await page.getByRole("gridcell", { name: "Details of row 1" }).click();
  await until(() => values.count(), 0, "the number of open details");
}

export async function worksByKeyboard(page, world) {
  await results(page, world, letters);
  await page.getByRole("button", { name: "Add filter" }).focus();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "grid");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Control+c");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "22");
  await page.keyboard.press(" ");
  await page.getByLabel("Values of the row").waitFor();
  await page.keyboard.press(" ");
  await page.keyboard.press("Enter");
  await page.getByRole("complementary", { name: "Inspect record" }).waitFor();
  await page.keyboard.press("Escape");
  await until(() => page.getByRole("complementary", { name: "Inspect record" }).count(), 0, "the number of panels");
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Add == to query" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator('[role="grid"]').focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await until(() => page.getByRole("columnheader", { name: "Port" }).getAttribute("aria-sort"), "ascending", "the order");
  await page.keyboard.press("Alt+ArrowLeft");
  await until(() => columnNames(page).then(String), "Port,Name,Bag", "the columns");
}

export async function drawsCharts(page, world) {
  await results(page, world, "DeviceNetworkEvents\n| summarize Events = count(), Devices = dcount(DeviceId) by bin(Timestamp, 5s), ActionType\n| render timechart");
  await page.getByRole("img", { name: /^Time chart of Events/ }).waitFor();
  await page.waitForTimeout(300);
  let now = "Time chart";
  for (const name of ["Column chart", "Stacked column chart", "Bar chart", "Line chart", "Area chart", "Stacked area chart", "Pie chart", "Scatter chart", "Time chart"]) {
    await page.getByRole("button", { name: now, exact: true }).click();
    await page.getByRole("menuitemradio", { name, exact: true }).click();
    await page.getByRole("img", { name: new RegExp(`^${name} of `) }).waitFor();
    now = name;
  }
  await page.getByRole("combobox", { name: "Y axis" }).click();
  await page.getByRole("option", { name: "Devices" }).click();
  await page.getByRole("img", { name: /of Devices by/ }).waitFor();
  await page.keyboard.press("Escape");
  await accessible(page, "chart");
  await page.getByRole("button", { name: "Time chart", exact: true }).click();
  await page.getByRole("menuitemradio", { name: "Table", exact: true }).click();
  await page.getByRole("grid").waitFor();
}

async function saved(page, item) {
  await page.getByRole("button", { name: "Export" }).click();
  const waiting = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: item }).click();
  const file = await waiting;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

export async function exportsFiles(page, world) {
  await results(page, world, "print A = 'x', B = 2");
  assert.equal((await saved(page, "CSV of what is shown")).bytes.toString(), "\ufeffA,B\r\nx,2\r\n");
  assert.deepEqual(JSON.parse((await saved(page, "JSON of what is shown")).bytes.toString()), [{ A: "x", B: 2 }]);
  const book = await saved(page, "Excel of what is shown");
  assert.match(book.name, /^wirehunt-.*\.xlsx$/);
  assert.match(strFromU8(unzipSync(new Uint8Array(book.bytes))["xl/worksheets/sheet1.xml"]), /<c><v>2<\/v><\/c>/);
}

export async function exportsCharts(page, world) {
  await results(page, world, "print A = 'x', B = 2 | render columnchart");
  await page.getByRole("img", { name: /^Column chart/ }).waitFor();
  const jpeg = await saved(page, "Chart as JPEG");
  assert.deepEqual([...jpeg.bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
  const png = await saved(page, "Chart as PNG");
  assert.equal(png.bytes.subarray(1, 4).toString(), "PNG");
}

export async function tellsOfMoreRows(page, world) {
  await results(page, world, "range n from 1 to 100001 step 1");
  assert.match(await facts(page), /^100,000 rows \(cut off at the limit\)/);
  await page.getByText(/first 100,000 rows of more/).waitFor();
}
