// The other pages: overview, devices, imports, sign-in; hostile text.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { accessible, facts, hunt, run, shot } from "./tools.mjs";

export async function overview(page, world) {
  await page.goto(world.url);
  await page.getByRole("img", { name: /^Events over time/ }).waitFor();
  await page.waitForTimeout(300);
  await shot(page, world, "overview");
  await accessible(page);
  await page.getByRole("region", { name: "Events by action type", exact: true }).getByRole("link", { name: "SshConnectionInspected" }).click();
  await page.getByTestId("facts").waitFor();
  assert.doesNotMatch(await facts(page), /^0 rows/);
}

export async function overviewIsDarkToo(page, world) {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(world.url);
  await page.getByRole("img", { name: /^Events over time/ }).waitFor();
  await page.waitForTimeout(300);
  await shot(page, world, "overview-dark");
  await accessible(page);
  await hunt(page, world, "DeviceNetworkEvents");
  await run(page);
  await page.getByRole("gridcell").first().click();
  await shot(page, world, "hunting-dark");
  await accessible(page);
}

export async function devices(page, world) {
  await page.goto(`${world.url}/devices`);
  await page.getByRole("link", { name: /ws3\.range\.example/ }).click();
  await page.getByRole("heading", { name: "ws3.range.example" }).waitFor();
  await page.getByRole("region", { name: "Peers", exact: true }).waitFor();
  await page.waitForTimeout(300);
  await shot(page, world, "device");
  await accessible(page);
  await page.getByRole("link", { name: "Hunt on this device" }).click();
  await page.getByTestId("facts").waitFor();
}

// Script in every place that a packet can fill.
const script = "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>";

export async function textFromPacketsNeverRuns(page, world) {
  const now = Date.now() / 1000;
  const id = { "id.orig_h": "10.10.0.11", "id.orig_p": 40001, "id.resp_h": "203.0.113.80", "id.resp_p": 80 };
  const logs = {
    "http.log": { ts: now, uid: "CscriptHttp1", ...id, trans_depth: 1, method: "GET", host: script, uri: `/${script}`, user_agent: script, version: "1.1", request_body_len: 0, response_body_len: 0, status_code: 200, status_msg: script, tags: [] },
    "ssl.log": { ts: now, uid: "CscriptSsl1", ...id, version: "TLSv12", server_name: script, resumed: false, established: true },
    "dns.log": { ts: now, uid: "CscriptDns1", ...id, proto: "udp", query: script, qtype_name: "TXT", AA: false, TC: false, RD: true, RA: true, Z: 0, answers: [script], rejected: false },
    "ssh.log": { ts: now, uid: "CscriptSsh1", ...id, version: 2, client: `SSH-2.0-${script}`, server: `SSH-2.0-x ${script}` },
  };
  await page.goto(`${world.url}/imports`);
  for (const [name, record] of Object.entries(logs)) {
    const path = join(world.dir, name);
    writeFileSync(path, `${JSON.stringify({ _path: name.slice(0, -4), ...record })}\n`);
    await page.getByLabel("Files to import").setInputFiles(path);
    await page.getByTestId("job").filter({ hasText: name }).getByText("Imported", { exact: true }).waitFor();
  }
  await shot(page, world, "imports");
  await accessible(page);
  await page.getByTestId("drop").waitFor();
  for (const action of ["Http", "Ssl", "Dns", "Ssh"]) {
    await hunt(page, world, `DeviceNetworkEvents\n| where ActionType == "${action}ConnectionInspected" and AdditionalFields has "Cscript${action}1"`);
    await run(page);
    assert.match(await facts(page), /^1 row/, action);
    await page.getByRole("gridcell").first().click();
    const panel = page.getByRole("complementary", { name: "Inspect record" });
    assert.ok((await panel.innerText()).includes("<img src=x"), `${action}: the text is not shown as it is`);
    await page.getByRole("gridcell").last().click({ button: "right" });
    await page.getByRole("menu").waitFor();
  }
  await hunt(page, world, "ZeekSsl\n| summarize Connections = count() by server_name\n| render piechart");
  await run(page);
  await page.getByRole("img", { name: /^Pie chart/ }).waitFor();
  await page.goto(world.url);
  await page.getByRole("region", { name: "Rare TLS server names", exact: true }).getByText("<img src=x").first().waitFor();
  assert.equal(await page.evaluate(() => window.pwned), undefined);
  assert.equal(await page.locator("img[src=x]").count(), 0);
}

export async function tellsOfDuplicates(page, world) {
  await page.goto(`${world.url}/imports`);
  const path = join(world.dir, "twice.log");
  writeFileSync(path, `${JSON.stringify({ _path: "weird", ts: 1700000000, name: "e2e" })}\n`);
  for (const want of ["Imported", "Imported before"]) {
    await page.getByLabel("Files to import").setInputFiles(path);
    await page.getByTestId("job").filter({ hasText: "twice.log" }).first().getByText(want, { exact: true }).waitFor();
  }
  writeFileSync(join(world.dir, "broken.pcap"), "not a capture");
  await page.getByLabel("Files to import").setInputFiles(join(world.dir, "broken.pcap"));
  await page.getByTestId("job").filter({ hasText: "broken.pcap" }).getByText("Failed").waitFor();
}

export async function signsInByToken(page, world) {
  const tokens = world.wirehunt("token", "create", "e2e", "--role", "hunter", "--db", "signin.db");
  const token = /\bwh_[A-Za-z0-9_-]+|[A-Za-z0-9_-]{32,}/.exec(tokens)?.[0];
  assert.ok(token, `no token in ${tokens}`);
  const url = await world.serve("--db", "signin.db");
  await page.goto(url);
  await page.getByRole("heading", { name: "Sign in to wirehunt" }).waitFor();
  await accessible(page);
  await page.getByLabel("API token").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("The token is not valid").waitFor();
  await shot(page, world, "signin");
  await page.getByLabel("API token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Nothing is imported yet.").waitFor();
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to wirehunt" }).waitFor();
}
