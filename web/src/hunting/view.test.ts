import { expect, it } from "vitest";
import type { Column, Value } from "../api/types";
import { parse } from "../api/http";
import { columnWidths, emptyColumns, emptyView, frequentValues, spanSeconds, visibleColumns, visibleRows } from "./view";

const columns: Column[] = [
  { name: "Name", type: "string" },
  { name: "Port", type: "int" },
  { name: "Took", type: "timespan" },
];
const rows: Value[][] = [
  ["b", 443, "00:00:02"],
  ["A", 22, "1.00:00:00"],
  ["", null, "-00:00:01"],
  ["b", 8, "00:00:10"],
];

it("sorts by type, with what has no value last", () => {
  const by = (column: number, down: boolean) => visibleRows(rows, columns, { ...emptyView, sort: { column, down } });
  expect(by(0, false)).toEqual([1, 0, 3, 2]);
  expect(by(1, false)).toEqual([3, 1, 0, 2]);
  expect(by(1, true)).toEqual([0, 1, 3, 2]);
  expect(by(2, false)).toEqual([2, 0, 3, 1]);
});

it("filters and searches", () => {
  expect(visibleRows(rows, columns, { ...emptyView, filters: [{ column: 0, values: ["b", ""] }] })).toEqual([0, 2, 3]);
  expect(visibleRows(rows, columns, { ...emptyView, filters: [{ column: 0, values: [] }] })).toHaveLength(4);
  expect(visibleRows(rows, columns, { ...emptyView, search: "44" })).toEqual([0]);
});

it("hides empty columns of wide results only", () => {
  const wide: Column[] = Array.from({ length: 14 }, (_, i) => ({ name: `C${i}`, type: "string" }));
  const row: Value[] = wide.map((_, i) => (i < 2 ? "x" : ""));
  const empty = emptyColumns([row], wide);
  expect(visibleColumns(wide, empty, emptyView)).toEqual([0, 1]);
  expect(visibleColumns(wide, empty, { ...emptyView, shown: ["C5"], hidden: ["C0"] })).toEqual([1, 5]);
  expect(visibleColumns(columns, new Set([0]), emptyView)).toEqual([0, 1, 2]);
});

it("counts values", () => {
  expect(frequentValues(rows, 0, 2)).toEqual([
    { text: "b", count: 2 },
    { text: "", count: 1 },
  ]);
});

it("measures", () => {
  expect(spanSeconds("1.02:03:04.5")).toBe(93784.5);
  expect(columnWidths(rows, columns).every((w) => w >= 72 && w <= 360)).toBe(true);
});

it("parses replies", () => {
  expect(parse('{"a":[1,1.5,"12345678901234567890"]}')).toEqual({ a: [1, 1.5, "12345678901234567890"] });
});
