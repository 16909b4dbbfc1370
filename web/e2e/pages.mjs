// The other pages: overview, devices, imports, sign-in; hostile text.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { accessible, cell, editorText, facts, hunt, results, run, shot, until } from "./tools.mjs";

export async function overview(page, world) {
  await page.goto(world.url);
  await page.getByRole("img", { name: /^Events over time/ }).waitFor();
  await page.waitForTimeout(300);
  await shot(page, world, "overview");
  await page.getByRole("region", { name: "Events by action type", exact: true }).getByRole("link", { name: "SshConnectionInspected" }).click();
  await page.getByTestId("facts").waitFor();
  assert.match(await editorText(page), /ActionType == "SshConnectionInspected"/);
  assert.doesNotMatch(await facts(page), /^0 rows/);
}

/** Every mark of the start page leads to rows. */
export async function overviewLeadsToQueries(page, world) {
  const list = ["Events by action type", "Top talkers", "Services", "Rare user agents", "Rare TLS server names", "Failed connections"];
  for (const name of list) {
    await page.goto(world.url);
    await page.getByRole("region", { name, exact: true }).getByRole("row").nth(1).getByRole("link").click();
    await page.getByTestId("facts").waitFor();
    assert.doesNotMatch(await facts(page), /^0 rows/, name);
  }
  await page.goto(world.url);
  await page.getByText("Remote addresses").locator("..").getByRole("link").click();
  await page.getByRole("columnheader", { name: "RemoteIP" }).waitFor();
  await page.goto(world.url);
  const chart = page.getByRole("img", { name: /^Events over time/ });
  await chart.waitFor();
  await page.waitForTimeout(500);
  const box = await chart.boundingBox();
  for (let x = 0.3; x < 0.99 && page.url() === `${world.url}/`; x += 0.012) await page.mouse.click(box.x + box.width * x, box.y + box.height * 0.86);
  await page.getByTestId("facts").waitFor();
  assert.match(await editorText(page), /Timestamp >= datetime/);
  assert.doesNotMatch(await facts(page), /^0 rows/);
}

/** No page has accessibility errors, light or dark. */
export async function allPagesAreAccessible(_, world) {
  for (const colorScheme of ["light", "dark"]) {
    const page = await world.open({ colorScheme });
    const dark = colorScheme === "dark" ? "-dark" : "";
    await page.goto(world.url);
    await page.getByRole("img", { name: /^Events over time/ }).waitFor();
    await accessible(page, `${colorScheme} overview`);
    await shot(page, world, `overview${dark}`);
    await hunt(page, world);
    await page.getByRole("region", { name: "Get started" }).waitFor();
    await accessible(page, `${colorScheme} start`);
    await shot(page, world, `hunting-start${dark}`);
    await results(page, world, 'DeviceNetworkEvents\n| where ActionType == "SshConnectionInspected"\n| sort by Timestamp asc\n| project Timestamp, DeviceName, LocalIP, RemoteIP, RemotePort, AdditionalFields, DeviceId');
    await (await cell(page, "Timestamp", 2)).click();
    await page.getByRole("complementary", { name: "Inspect record" }).waitFor();
    await accessible(page, `${colorScheme} record`);
    await shot(page, world, `hunting${dark}`);
    for (const pane of ["Functions", "Queries", "History"]) {
      await page.getByRole("tab", { name: pane, exact: true }).click();
      await page.waitForTimeout(200);
      await accessible(page, `${colorScheme} ${pane}`);
    }
    await page.getByRole("tab", { name: "Schema", exact: true }).click();
    await results(page, world, "DeviceNetworkEvents\n| summarize Events = count() by bin(Timestamp, 5s), ActionType\n| render stackedareachart");
    await page.getByRole("img", { name: /^Stacked area chart/ }).waitFor();
    await page.waitForTimeout(300);
    await accessible(page, `${colorScheme} chart`);
    await shot(page, world, `hunting-chart${dark}`);
    await page.getByRole("button", { name: "Resources report" }).click();
    await page.getByRole("table", { name: "Query resources" }).waitFor();
    await accessible(page, `${colorScheme} resources`);
    await page.goto(`${world.url}/devices`);
    await page.getByRole("link", { name: /ws3\.range\.example/ }).click();
    await page.getByRole("img", { name: /^Events over time/ }).waitFor();
    await page.waitForTimeout(300);
    await accessible(page, `${colorScheme} device`);
    await shot(page, world, `device${dark}`);
    await page.goto(`${world.url}/imports`);
    await page.getByRole("table", { name: "Imported files" }).getByText("ssh.pcap").waitFor();
    await accessible(page, `${colorScheme} imports`);
    await shot(page, world, `imports${dark}`);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  }
}

export async function devices(page, world) {
  await page.goto(`${world.url}/devices`);
  await page.getByRole("searchbox", { name: "Search devices" }).fill("ws3");
  await page.getByRole("link", { name: /ws3\.range\.example/ }).click();
  await page.getByRole("heading", { name: "ws3.range.example" }).waitFor();
  await page.getByText("10.10.0.13, fd00:10:10::13").first().waitFor();
  await page.getByRole("img", { name: /^Events over time/ }).waitFor();
  for (const name of ["Events by action type", "Peers", "TLS", "User agents"]) await page.getByRole("region", { name, exact: true }).getByRole("row").nth(1).waitFor();
  await page.getByRole("region", { name: "Peers", exact: true }).getByRole("row").nth(1).getByRole("link").click();
  await page.getByTestId("facts").waitFor();
  assert.doesNotMatch(await facts(page), /^0 rows/);
  await page.goBack();
  await page.goBack();
  await page.goto(`${world.url}/devices`);
  await page.getByRole("link", { name: /srv-web\.range\.example/ }).click();
  await page.getByRole("region", { name: "Open services", exact: true }).getByRole("link", { name: "80", exact: true }).click();
  await page.getByTestId("facts").waitFor();
  assert.match(await editorText(page), /LocalPort == 80/);
  assert.doesNotMatch(await facts(page), /^0 rows/);
  await page.goto(`${world.url}/devices`);
  await page.getByRole("link", { name: /srv-web\.range\.example/ }).click();
  await page.getByRole("link", { name: "Hunt on this device" }).click();
  await page.getByTestId("facts").waitFor();
}

/** A file that is dropped is uploaded, imported and summed up. */
export async function importsDroppedFiles(page, world) {
  await page.goto(`${world.url}/imports`);
  const record = { _path: "conn", ts: 1700000100, uid: "Cdropped1", "id.orig_h": "10.9.0.1", "id.orig_p": 4000, "id.resp_h": "10.9.0.2", "id.resp_p": 80, proto: "tcp", conn_state: "SF" };
  const data = await page.evaluateHandle((text) => {
    const t = new DataTransfer();
    t.items.add(new File([text], "dropped.log"));
    return t;
  }, `${JSON.stringify(record)}\n`);
  await page.getByTestId("drop").dispatchEvent("dragover", { dataTransfer: data });
  await page.getByTestId("drop").dispatchEvent("drop", { dataTransfer: data });
  const job = page.getByTestId("job").filter({ hasText: "dropped.log" });
  await job.getByText("Imported", { exact: true }).waitFor();
  assert.match(await job.innerText(), /ConnectionSuccess 1/);
  await page.getByRole("table", { name: "Imported files" }).getByText("dropped.log").waitFor();
  await results(page, world, 'ZeekConn | where uid == "Cdropped1"');
  assert.match(await facts(page), /^1 row/);
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
  await accessible(page, "imports");
  await page.getByTestId("drop").waitFor();
  for (const action of ["Http", "Ssl", "Dns", "Ssh"]) {
    await hunt(page, world, `DeviceNetworkEvents\n| where ActionType == "${action}ConnectionInspected" and AdditionalFields has "Cscript${action}1"`);
    await run(page);
    assert.match(await facts(page), /^1 row/, action);
    await (await cell(page, "Timestamp")).click();
    const panel = page.getByRole("complementary", { name: "Inspect record" });
    assert.ok((await panel.innerText()).includes("<img src=x"), `${action}: the text is not shown as it is`);
    await page.getByRole("gridcell", { name: "Details of row 1" }).click();
    assert.ok((await page.getByLabel("Values of the row").innerText()).includes("<img src=x"), `${action}: not in the details`);
    await (await cell(page, "ActionType")).click({ button: "right" });
    await page.getByRole("menu").waitFor();
    await page.keyboard.press("Escape");
  }
  await hunt(page, world, "ZeekSsl\n| summarize Connections = count() by server_name\n| render piechart");
  await run(page);
  await page.getByRole("img", { name: /^Pie chart/ }).waitFor();
  // File names: of the import, and in an FTP transfer's record.
  await page.goto(`${world.url}/imports`);
  const named = join(world.dir, "<img src=x onerror=window.pwned=1>.log");
  writeFileSync(named, `${JSON.stringify({ _path: "files", ts: now, fuid: "Fscript1", uid: "CscriptFile1", source: "HTTP", filename: script, mime_type: script, seen_bytes: 1, ...id })}\n`);
  await page.getByLabel("Files to import").setInputFiles(named);
  await page.getByTestId("job").filter({ hasText: "<img src=x" }).getByText("Imported", { exact: true }).waitFor();
  await page.getByRole("table", { name: "Imported files" }).getByText("<img src=x").first().waitFor();
  await results(page, world, "ZeekFiles\n| where fuid == 'Fscript1'\n| project Name = filename, Group = mime_type");
  await page.getByRole("button", { name: "Group by" }).click();
  await page.getByRole("menuitemradio", { name: "Name" }).click();
  await page.getByRole("gridcell", { name: /Name: <img src=x/ }).waitFor();
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
