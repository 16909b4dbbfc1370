import { expect, it } from "vitest";
import { eventQuery, goHunt } from "./goHunt";

const row = { Timestamp: "2026-11-21T21:10:05Z", DeviceId: 'd"1', RemoteIP: "203.0.113.80" };

it("hunts for an address near its row", () => {
  const [s] = goHunt("RemoteIP", "203.0.113.80", row);
  expect(s?.query).toContain("let seen = datetime(2026-11-21T21:10:05Z);");
  expect(s?.query).toContain('(seen + 1h)) and "203.0.113.80"');
});

it("hunts at any time where the row has none", () => {
  expect(goHunt("Source", "10.0.0.1", {})[0]?.query).toMatch(/^search in \([^)]*\)\n"10\.0\.0\.1"/);
});

it("asks for a device by its column", () => expect(goHunt("DeviceId", 'd"1', row)[0]?.query).toContain('DeviceId == "d\\"1"'));

it("asks for the events around one", () => {
  expect(eventQuery(row)).toContain("top 100");
  expect(eventQuery({ Timestamp: row.Timestamp })).toBeUndefined();
  expect(goHunt("ReportId", "7", row)).toHaveLength(1);
});

it.each([
  ["RemotePort", "80"],
  ["RemoteIP", ""],
])("has nothing for %s %j", (column, value) => expect(goHunt(column, value, row)).toEqual([]));
