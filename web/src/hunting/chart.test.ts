import { expect, it } from "vitest";
import type { Column, Value } from "../api/types";
import { chartOption, choose, kindOf } from "./chart";

const columns: Column[] = [
  { name: "Time", type: "datetime" },
  { name: "ActionType", type: "string" },
  { name: "Events", type: "long" },
];
const rows: Value[][] = [
  ["2026-01-01T01:00:00Z", "A", 2],
  ["2026-01-01T00:00:00Z", "A", 1],
  ["2026-01-01T00:00:00Z", "B", 5],
];

interface Option {
  xAxis: { type: string };
  series: { name: string; type: string; stack?: string; data: unknown[] }[];
}

it("knows the kinds of render", () => {
  expect(kindOf({ chart: "columnchart", properties: { kind: "stacked" } })).toBe("stackedcolumn");
  expect(kindOf({ chart: "timechart" })).toBe("timechart");
  expect(kindOf({ chart: "table" })).toBeUndefined();
  expect(kindOf(undefined)).toBeUndefined();
});

it("picks columns", () => {
  expect(choose("timechart", columns)).toMatchObject({ x: 0, y: [2], series: 1 });
  expect(choose("piechart", columns)).toMatchObject({ x: 1, y: [2], series: undefined });
  expect(choose("columnchart", columns, { chart: "columnchart", properties: { xcolumn: "ActionType" } })).toMatchObject({ x: 1, y: [2] });
  expect(choose("piechart", [{ name: "A", type: "string" }])).toBeUndefined();
});

it("draws time in order, one series by name", () => {
  const choice = choose("timechart", columns);
  const o = choice && (chartOption(choice, columns, rows, false) as unknown as Option);
  expect(o?.xAxis.type).toBe("time");
  expect(o?.series.map((s) => [s.name, s.type])).toEqual([
    ["A", "line"],
    ["B", "line"],
  ]);
  expect(o?.series[0]?.data).toEqual([
    [Date.UTC(2026, 0, 1, 0), 1],
    [Date.UTC(2026, 0, 1, 1), 2],
  ]);
});

it("adds up slices", () => {
  const o = chartOption({ kind: "piechart", x: 1, y: [2] }, columns, rows, true) as unknown as Option;
  expect(o.series[0]?.data).toEqual([
    { name: "B", value: 5 },
    { name: "A", value: 3 },
  ]);
});

it("fills stacks", () => {
  const choice = choose("stackedcolumn", columns);
  const o = choice && (chartOption(choice, columns, rows, false) as unknown as Option);
  expect(o?.series[1]).toMatchObject({ name: "B", type: "bar", stack: "all" });
  expect(o?.series[1]?.data).toEqual([
    [Date.UTC(2026, 0, 1, 0), 5],
    [Date.UTC(2026, 0, 1, 1), 0],
  ]);
});
