// The npm package azure-kusto-data, as published, against a running server:
// WIREHUNT_URL and WIREHUNT_TOKEN say which.  The Go test TestKustoClient in
// internal/api starts the server and runs this.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Readable } from "node:stream";
import { Client, ClientRequestProperties, KustoConnectionStringBuilder } from "azure-kusto-data";

const url = process.env.WIREHUNT_URL;
const token = process.env.WIREHUNT_TOKEN;
const db = "wirehunt";

const connect = (t) => new Client(KustoConnectionStringBuilder.withAccessToken(url, t));
const client = connect(token);
after(() => client.close());

const types = `print b=true, i=int(-7), l=long(9007199254740991), r=1.5, inf=real(+inf), s="x\\ty", d=datetime(2020-03-04T14:05:01.3109965Z),
  t=time(1.02:03:04.5), y=dynamic({"a":[1,2]}), g=guid(00000000-0000-0000-0000-000000000001), m=decimal(1.25), n=int(null), e=""`;

// row checks the values that the client makes of a row of all types.
function row(r, version) {
  assert.equal(r.b, version === 1 ? 1 : true);
  assert.equal(r.i, -7);
  assert.equal(r.l, 9007199254740991);
  assert.equal(r.r, 1.5);
  assert.equal(r.inf, "Infinity");
  assert.equal(r.s, "x\ty");
  assert.ok(r.d instanceof Date);
  assert.equal(r.d.toISOString(), "2020-03-04T14:05:01.310Z");
  assert.equal(r.t, ((24 + 2) * 3600 + 3 * 60 + 4) * 1000 + 500);
  assert.deepEqual(r.y, { a: [1, 2] });
  assert.equal(r.g, "00000000-0000-0000-0000-000000000001");
  assert.equal(Number(r.m), 1.25);
  assert.equal(r.n, null);
  assert.equal(r.e, "");
}

const kinds = ["bool", "int", "long", "real", "real", "string", "datetime", "timespan", "dynamic", "guid", "decimal", "int", "string"];

test("version 2: a query with all types", async () => {
  const res = await client.execute(db, types);
  assert.equal(res.version, "2.0");
  assert.equal(res.primaryResults.length, 1);
  const [table] = res.primaryResults;
  assert.deepEqual(table.columns.map((c) => c.type), kinds);
  row([...table.rows()][0], 2);
  assert.deepEqual(res.getErrorsCount(), { warnings: 0, errors: 0 });
  assert.deepEqual(res.tableNames, ["@ExtendedProperties", "PrimaryResult", "QueryCompletionInformation"]);
});

test("version 1: the same", async () => {
  const res = await client.executeQueryV1(db, types);
  assert.equal(res.version, "1.0");
  assert.equal(res.primaryResults.length, 1);
  const [table] = res.primaryResults;
  assert.deepEqual(table.columns.map((c) => c.type), kinds);
  row([...table.rows()][0], 1);
  assert.deepEqual(res.getErrorsCount(), { warnings: 0, errors: 0 });
});

test("rows of the store", async () => {
  const q = "DeviceNetworkEvents | where ActionType == 'HttpConnectionInspected' | project Timestamp, DeviceId, RemoteIP, AdditionalFields | take 5";
  const [table] = (await client.execute(db, q)).primaryResults;
  const rows = [...table.rows()];
  assert.equal(rows.length, 5);
  for (const r of rows) {
    assert.ok(r.Timestamp instanceof Date && !Number.isNaN(r.Timestamp.getTime()));
    assert.match(r.DeviceId, /^[0-9a-f]{40}$/);
    assert.equal(typeof JSON.parse(r.AdditionalFields), "object");
  }
});

test("request properties: parameters, options, id", async () => {
  const p = new ClientRequestProperties();
  p.setParameter("text", "it's");
  p.setParameter("n", 5);
  p.setOption("query_take_max_records", 2);
  p.setTimeout(60_000);
  p.clientRequestId = "me;42";
  const q = "declare query_parameters(text:string, n:long); range x from 1 to n step 1 | extend text";
  const res = await client.execute(db, q, p);
  const rows = [...res.primaryResults[0].rows()];
  assert.equal(rows.length, 2);
  assert.equal(rows[1].text, "it's");
  assert.equal([...res.statusTable.rows()][0].ClientRequestId, "me;42");
});

test("management commands", async () => {
  const databases = await client.execute(db, ".show databases");
  assert.equal([...databases.primaryResults[0].rows()][0].DatabaseName, "wirehunt");
  const tables = await client.executeMgmt(db, ".show tables");
  assert.ok([...tables.primaryResults[0].rows()].some((r) => r.TableName === "DeviceNetworkEvents"));
  const schema = await client.executeMgmt(db, ".show database wirehunt schema as json");
  const doc = JSON.parse([...schema.primaryResults[0].rows()][0].DatabaseSchema);
  assert.ok(doc.Databases.wirehunt.Tables.DeviceNetworkEvents.OrderedColumns.length > 10);
  const version = await client.execute(db, ".show version");
  assert.equal([...version.primaryResults[0].rows()][0].ServiceType, "Engine");
});

// refused is the error of a request that the server answers with a status.
async function refused(promise, status) {
  const e = await promise.then(() => assert.fail("it was answered"), (e) => e);
  assert.equal(e.response?.status, status, String(e));
  return e.response.data.error;
}

test("errors", async () => {
  const semantic = await refused(client.execute(db, "DeviceNetworkEvents | where Nonsense == 1"), 400);
  assert.equal(semantic.code, "General_BadRequest");
  assert.match(semantic["@message"], /^Semantic error: SEM0100: .*Nonsense/);
  const syntax = await refused(client.executeQueryV1(db, "DeviceNetworkEvents | whre x"), 400);
  assert.match(syntax["@message"], /^Syntax error: SYN0002: /);
  const command = await refused(client.execute(db, ".drop database wirehunt"), 400);
  assert.match(command["@message"], /not supported/);
  const ingest = await refused(client.executeStreamingIngest(db, "DeviceInfo", Readable.from(["x"]), "csv"), 400);
  assert.match(ingest["@message"], /import/);
  const stranger = connect("wh_000000000000_00");
  const denied = await refused(stranger.execute(db, "print 1"), 401);
  assert.equal(denied.code, "Unauthorized");
  stranger.close();
});

test("a result over the limits", async () => {
  const p = new ClientRequestProperties();
  p.setOption("truncationmaxrecords", 3);
  await assert.rejects(client.execute(db, "range x from 1 to 9 step 1", p), /E_QUERY_RESULT_SET_TOO_LARGE/);
});

test("a query that takes too long", async () => {
  const p = new ClientRequestProperties();
  p.setTimeout(300);
  p.setClientTimeout(30_000);
  const slow = "range a from 1 to 100000 step 1 | extend k = 1 | join kind=inner (range b from 1 to 100000 step 1 | extend k = 1) on k | summarize sum(a*b)";
  const e = await refused(client.execute(db, slow, p), 504);
  assert.equal(e.code, "Timeout");
});

test("raw frames, as they stream", async () => {
  const p = new ClientRequestProperties();
  p.raw = true;
  p.setOption("results_v2_fragment_primary_tables", true);
  p.setOption("results_v2_newlines_between_frames", true);
  const frames = await client.execute(db, "range x from 1 to 100000 step 1 | extend y = strcat('value ', x)", p);
  const rows = frames.filter((f) => f.FrameType === "TableFragment").reduce((n, f) => n + f.Rows.length, 0);
  assert.equal(rows, 100_000);
  assert.equal(frames[0].IsFragmented, true);
  assert.equal(frames.at(-1).HasErrors, false);
});

test("many at once", async () => {
  const all = await Promise.all(Array.from({ length: 20 }, (_, i) => client.execute(db, `print x = ${i}`)));
  all.forEach((res, i) => assert.equal([...res.primaryResults[0].rows()][0].x, i));
});
