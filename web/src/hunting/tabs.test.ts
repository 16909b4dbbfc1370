import { expect, it } from "vitest";
import { defaultRange, rangeLabel, rangeOfLink, rangeRequest } from "./range";
import { type Tabs, tabsReducer } from "./tabs";

const start: Tabs = { list: [{ id: "a", name: "New query", text: "T", range: defaultRange }], active: "a" };

it("opens, selects and closes", () => {
  let t = tabsReducer(start, { do: "new", text: "U" });
  expect(t.list.map((x) => x.name)).toEqual(["New query", "New query 2"]);
  expect(t.active).toBe(t.list[1]?.id);
  t = tabsReducer(t, { do: "close", id: t.active });
  expect(t.active).toBe("a");
  t = tabsReducer(t, { do: "close", id: "a" });
  expect(t.list).toHaveLength(1); // There is always one.
  expect(t.list[0]?.text).toBe("");
});

it("keeps the text by tab", () => {
  const t = tabsReducer(tabsReducer(start, { do: "new" }), { do: "text", id: "a", text: "changed" });
  expect(t.list.map((x) => x.text)).toEqual(["changed", ""]);
});

it("turns ranges into requests", () => {
  expect(rangeRequest({ kind: "week", latest: false })).toEqual({ last: "P7D" });
  expect(rangeRequest({ kind: "query", latest: true })).toEqual({ now: "latest" });
  expect(rangeRequest({ kind: "custom", from: "2026-01-01T00:00:00Z", to: "", latest: false })).toEqual({ from: "2026-01-01T00:00:00Z" });
  expect(rangeLabel({ kind: "custom", from: "2026-01-01T00:00:00Z", latest: false })).toBe("2026-01-01 00:00 – …");
  expect(rangeOfLink("week")).toBe("week");
  expect(rangeOfLink("constructor")).toBeUndefined();
});
