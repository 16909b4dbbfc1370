// The left pane of the hunting page: schema, functions, queries, history.

import assert from "node:assert/strict";
import { accessible, editorText, facts, hunt, results, shot, until } from "./tools.mjs";

const pane = (page, name) => page.getByRole("tab", { name, exact: true }).click();

export async function showsTheSchema(page, world) {
  await hunt(page, world, "");
  await page.getByRole("searchbox", { name: "Search the schema" }).fill("RemoteUrl");
  const column = page.getByRole("treeitem", { name: /^RemoteUrl/ }).first();
  assert.match(await column.getAttribute("title"), /^RemoteUrl: string\n\w/);
  await column.dblclick();
  await until(() => editorText(page), "RemoteUrl", "the text");
  await page.getByRole("searchbox", { name: "Search the schema" }).fill("");
  const table = page.getByRole("treeitem", { name: /^ZeekConn/ }).first();
  await table.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await until(() => editorText(page), "RemoteUrlts", "the text");
}

export async function explainsTables(page, world) {
  await hunt(page, world, "");
  await page.getByRole("treeitem", { name: /^DeviceNetworkEvents/ }).hover();
  await page.getByRole("button", { name: "Reference of DeviceNetworkEvents" }).click();
  const reference = page.getByRole("dialog", { name: /DeviceNetworkEvents/ });
  await reference.getByText("SshConnectionInspected").first().waitFor();
  await reference.getByText(/An SSH session: software of both sides/).waitFor();
  await shot(page, world, "hunting-reference");
  await accessible(page, "reference");
  await reference.getByRole("searchbox", { name: "Search the reference" }).fill("RemoteIP");
  await until(() => reference.getByText("SshConnectionInspected").count(), 0, "the action types that fit");
  await reference.getByRole("cell", { name: "RemoteIP", exact: true }).waitFor();
  await reference.getByRole("button", { name: "Rows by action type" }).click();
  await page.keyboard.press("Escape");
  await page.getByTestId("facts").waitFor();
  assert.match(await editorText(page), /summarize Rows = count\(\) by ActionType/);
}

export async function keepsFavourites(page, world) {
  await hunt(page, world, "");
  await page.getByRole("treeitem", { name: /^ZeekDns/ }).hover();
  await page.getByRole("button", { name: "Add ZeekDns to the favourites" }).click();
  await page.getByRole("treeitem", { name: "Favourites", exact: true }).waitFor();
  await pane(page, "Functions");
  await page.getByRole("button", { name: "Add SeenBy to the favourites" }).click();
  await page.getByRole("region", { name: "Favourites" }).getByText(/^SeenBy/).waitFor();
  await pane(page, "Queries");
  await page.getByRole("button", { name: "Add Password guessing over SSH to the favourites" }).click();
  await page.reload();
  await page.getByRole("region", { name: "Favourites" }).getByRole("button", { name: "Password guessing over SSH", exact: true }).waitFor();
  await pane(page, "Schema");
  await page.getByRole("treeitem", { name: "Favourites", exact: true }).waitFor();
}

export async function showsFunctions(page, world) {
  await hunt(page, world, "");
  await pane(page, "Functions");
  await accessible(page, "functions");
  await page.getByRole("button", { name: "Actions of AssignedIPAddresses" }).click();
  await page.getByRole("menuitem", { name: "Load function code" }).click();
  await until(() => editorText(page), /^let AssignedIPAddresses = \(x: string/, "the text");
  await page.getByRole("searchbox", { name: "Search functions" }).fill("geo_info");
  await page.getByRole("button", { name: /^geo_info_from_ip_address/ }).click();
  await until(() => editorText(page), /geo_info_from_ip_address\(\)/, "the text");
}

export async function savesFunctions(page, world) {
  await hunt(page, world, "let PortsOf = (limit: int) { range Port from 1 to limit step 1 };");
  await pane(page, "Functions");
  await page.getByRole("button", { name: "Save the query as a function" }).click();
  const dialog = page.getByRole("dialog", { name: "Save function" });
  assert.equal(await dialog.getByLabel("Name").inputValue(), "PortsOf");
  await dialog.getByLabel("Description").fill("Some ports.");
  await accessible(page, "save function");
  await dialog.getByRole("button", { name: "Save function" }).click();
  const list = page.getByRole("region", { name: "Saved functions" });
  await list.getByRole("button", { name: /^PortsOf/ }).waitFor();
  await results(page, world, "PortsOf(3)");
  assert.match(await facts(page), /^3 rows/);
  await pane(page, "Functions");
  await page.getByRole("button", { name: "Actions of PortsOf" }).click();
  await page.getByRole("menuitem", { name: "Load function code" }).click();
  await until(() => editorText(page), /^let PortsOf = \(limit: int\)/, "the text");
  await page.getByRole("button", { name: "Actions of PortsOf" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await until(() => list.count(), 0, "the number of saved functions");
}

async function save(page, name, folder) {
  await page.getByRole("button", { name: "Save", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Save query" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Folder").fill(folder);
  return dialog;
}

export async function savesQueries(page, world) {
  await hunt(page, world, "print saved = 1");
  let dialog = await save(page, "My hunt", "team/ssh");
  await accessible(page, "save");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await pane(page, "Queries");
  const mine = page.getByRole("region", { name: "My queries" });
  await mine.getByRole("button", { name: "My hunt", exact: true }).waitFor();
  await mine.getByRole("button", { name: "team/ssh" }).waitFor();
  dialog = await save(page, "Another hunt", "");
  await dialog.getByRole("button", { name: "Save as new" }).click();
  await mine.getByRole("button", { name: "Another hunt", exact: true }).waitFor();
  await page.getByRole("button", { name: "Actions of Another hunt" }).click();
  await page.getByRole("menuitem", { name: "Rename or move" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("Renamed hunt");
  await page.getByRole("button", { name: "Rename", exact: true }).click();
  await page.getByRole("button", { name: "Actions of Renamed hunt" }).click();
  await page.getByRole("menuitem", { name: "Share", exact: true }).click();
  const shared = page.getByRole("region", { name: "Shared queries" });
  await shared.getByRole("button", { name: "Renamed hunt", exact: true }).waitFor();
  await page.getByRole("button", { name: "Actions of Renamed hunt" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await until(() => page.getByRole("button", { name: "Renamed hunt", exact: true }).count(), 0, "the number of queries");
  const hunts = page.getByRole("region", { name: "Hunts" });
  await hunts.getByRole("button", { name: "Credential access" }).waitFor();
  await hunts.getByText(/^T\d{4}/).first().waitFor();
  await shot(page, world, "hunting-queries");
  await accessible(page, "queries");
}

export async function keepsAHistory(page, world) {
  await results(page, world, "print remembered = 1");
  await pane(page, "History");
  const entry = page.getByRole("list", { name: "Query history" }).getByRole("listitem").filter({ hasText: "print remembered = 1" });
  await entry.waitFor();
  assert.match(await entry.innerText(), /Completed\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d · [\d.]+ m?s · 1 row/);
  await accessible(page, "history");
  await entry.getByRole("button", { name: "Use in editor" }).click();
  assert.equal(await editorText(page), "print remembered = 1");
  await page.getByRole("region", { name: "Get started" }).waitFor();
  await entry.getByRole("button", { name: "Run" }).click();
  await page.getByTestId("facts").waitFor();
  assert.match(await facts(page), /^1 row/);
}
