// Charts of results: what `render` and the chart menu draw.

import type { EChartsCoreOption } from "echarts/core";
import type { Column, Render, Value } from "../api/types";
import { plainText } from "../format/value";
import { spanSeconds } from "./view";

export const chartKinds = ["columnchart", "stackedcolumn", "barchart", "linechart", "timechart", "areachart", "stackedarea", "piechart", "scatterchart"] as const;
export type ChartKind = (typeof chartKinds)[number];

export const chartNames: Record<ChartKind, string> = {
  columnchart: "Column chart",
  stackedcolumn: "Stacked column chart",
  barchart: "Bar chart",
  linechart: "Line chart",
  timechart: "Time chart",
  areachart: "Area chart",
  stackedarea: "Stacked area chart",
  piechart: "Pie chart",
  scatterchart: "Scatter chart",
};

export interface ChartChoice {
  kind: ChartKind;
  /** Indexes of columns. */
  x: number;
  y: number[];
  series?: number;
  title?: string;
}

const numeric = new Set(["int", "long", "real", "decimal", "timespan"]);
export const isNumeric = (c: Column | undefined): boolean => c !== undefined && numeric.has(c.type);

/** The kind of a render operator; undefined for table and what is unknown. */
export function kindOf(render: Render | undefined): ChartKind | undefined {
  if (!render) return undefined;
  const stacked = render.properties?.kind?.startsWith("stacked");
  const name = render.chart === "stackedareachart" ? "stackedarea" : render.chart === "anomalychart" ? "timechart" : render.chart;
  if (stacked && name === "columnchart") return "stackedcolumn";
  if (stacked && name === "areachart") return "stackedarea";
  return chartKinds.find((k) => k === name);
}

/** Picks the columns that suit a chart, as the portal does; undefined if none do. */
export function choose(kind: ChartKind, columns: Column[], render?: Render): ChartChoice | undefined {
  const named = (list: string | undefined) => (list ?? "").split(",").map((n) => columns.findIndex((c) => c.name === n.trim())).filter((i) => i >= 0);
  const p = render?.properties ?? {};
  const numbers = [...columns.keys()].filter((i) => isNumeric(columns[i]));
  const time = columns.findIndex((c) => c.type === "datetime");
  const text = columns.findIndex((c) => !isNumeric(c) && c.type !== "datetime");
  let x = named(p.xcolumn)[0] ?? -1;
  if (x < 0) x = kind === "timechart" && time >= 0 ? time : kind === "piechart" || kind === "barchart" ? (text >= 0 ? text : time) : time >= 0 ? time : text;
  if (x < 0) x = numbers.length > 1 ? (numbers[0] ?? -1) : -1;
  let y = named(p.ycolumns);
  if (y.length === 0) y = numbers.filter((i) => i !== x);
  if (x < 0 || y.length === 0) return undefined;
  let series = named(p.series)[0];
  if (series === undefined && kind !== "piechart") series = [...columns.keys()].find((i) => i !== x && !y.includes(i) && columns[i]?.type === "string");
  if (kind === "piechart" || series !== undefined) y = y.slice(0, 1);
  return { kind, x, y, series, title: p.title };
}

const toNumber = (v: Value, c: Column | undefined): number | null => (v === null || v === "" ? null : c?.type === "timespan" ? spanSeconds(String(v)) : Number(v));

// Fluent's colours for data.
const colors = ["#637cef", "#e3008c", "#2aa0a4", "#9373c0", "#ca5010", "#13a10e", "#3a96dd", "#ae8c00", "#b146c2", "#57811b", "#ee5fb7", "#4f6bed"];

// More than this can neither be drawn fast nor read.
const mostSlices = 20;
const mostSeries = 40;
const mostPoints = 20_000;

interface Series {
  name: string;
  points: [string | number, number | null][];
}

/** Where a click on a mark leads: the values at it. */
export interface Mark {
  x: string | number;
  series: string;
}

export function chartOption(choice: ChartChoice, columns: Column[], allRows: Value[][], dark: boolean): EChartsCoreOption {
  const rows = allRows.slice(0, mostPoints);
  const xColumn = columns[choice.x];
  const isTime = xColumn?.type === "datetime";
  const linear = isNumeric(xColumn) && choice.kind !== "columnchart" && choice.kind !== "stackedcolumn" && choice.kind !== "barchart";
  const xOf = (r: Value[]): string | number => {
    const v = r[choice.x] ?? null;
    return isTime ? new Date(String(v)).getTime() : linear ? (toNumber(v, xColumn) ?? 0) : plainText(v) || "(empty)";
  };
  const base: EChartsCoreOption = {
    animation: false,
    color: colors,
    darkMode: dark,
    backgroundColor: "transparent",
    textStyle: { fontFamily: "Segoe UI, system-ui, sans-serif" },
    tooltip: { trigger: choice.kind === "piechart" || choice.kind === "scatterchart" ? "item" : "axis", renderMode: "richText", confine: true },
    legend: { type: "scroll", top: 0 },
    ...(choice.title ? { title: { text: choice.title, left: "center", top: 22, textStyle: { fontSize: 13 } } } : {}),
  };
  if (choice.kind === "piechart") return { ...base, series: [pie(choice, columns, rows, xOf)] };
  const stacked = choice.kind === "stackedcolumn" || choice.kind === "stackedarea";
  const list = stacked ? filled(seriesOf(choice, columns, rows, xOf)) : seriesOf(choice, columns, rows, xOf);
  const horizontal = choice.kind === "barchart";
  const categories = isTime || linear ? undefined : [...new Set(rows.map(xOf))];
  const main = isTime ? { type: "time" } : linear ? { type: "value", scale: true } : { type: "category", data: categories, inverse: horizontal, axisLabel: { hideOverlap: true, width: 160, overflow: "truncate" } };
  const value = { type: "value", name: choice.y.length === 1 ? columns[choice.y[0] ?? 0]?.name : undefined, nameGap: 10, nameTextStyle: { align: horizontal ? "right" : "left" } };
  const stack = stacked ? { stack: "all" } : {};
  const area = choice.kind === "areachart" || choice.kind === "stackedarea" ? { areaStyle: { opacity: 0.35 } } : {};
  const type = choice.kind === "scatterchart" ? "scatter" : choice.kind === "columnchart" || choice.kind === "stackedcolumn" || horizontal ? "bar" : "line";
  return {
    ...base,
    grid: { left: 16, right: 24, top: choice.title ? 66 : 54, bottom: 12, containLabel: true },
    xAxis: horizontal ? value : main,
    yAxis: horizontal ? main : value,
    series: list.map((s) => ({
      name: s.name,
      type,
      ...stack,
      ...area,
      ...(type === "bar" ? { barMaxWidth: 40 } : { symbolSize: 5, showSymbol: s.points.length < 60 || type === "scatter" }),
      data: horizontal ? s.points.map(([a, b]) => [b, a]) : s.points,
    })),
  };
}

/** Series with a point at each place that any of them has, as stacks need. */
function filled(list: Series[]): Series[] {
  const places = [...new Set(list.flatMap((s) => s.points.map((p) => p[0])))];
  if (places.every((p) => typeof p === "number")) places.sort((a, b) => Number(a) - Number(b));
  return list.map((s) => {
    const values = new Map(s.points);
    return { name: s.name, points: places.map((p) => [p, values.get(p) ?? 0]) };
  });
}

function pie(choice: ChartChoice, columns: Column[], rows: Value[][], xOf: (r: Value[]) => string | number): Record<string, unknown> {
  const y = choice.y[0] ?? 0;
  const totals = new Map<string, number>();
  for (const r of rows) totals.set(String(xOf(r)), (totals.get(String(xOf(r))) ?? 0) + (toNumber(r[y] ?? null, columns[y]) ?? 0));
  const slices = [...totals].sort((a, b) => b[1] - a[1]).map(([name, value]) => ({ name, value }));
  const rest = slices.slice(mostSlices).reduce((sum, s) => sum + s.value, 0);
  const data = rest > 0 ? [...slices.slice(0, mostSlices), { name: "Other", value: rest }] : slices;
  return { type: "pie", radius: ["38%", "68%"], center: ["50%", "56%"], data, label: { formatter: "{b}: {c}" } };
}

function seriesOf(choice: ChartChoice, columns: Column[], rows: Value[][], xOf: (r: Value[]) => string | number): Series[] {
  const all = new Map<string, Series>();
  for (const r of rows) {
    for (const y of choice.y) {
      const name = choice.series !== undefined ? plainText(r[choice.series] ?? null) || "(empty)" : (columns[y]?.name ?? "");
      let s = all.get(name);
      if (!s) {
        if (all.size >= mostSeries) continue;
        s = { name, points: [] };
        all.set(name, s);
      }
      s.points.push([xOf(r), toNumber(r[y] ?? null, columns[y])]);
    }
  }
  const list = [...all.values()];
  // By name, so that a series keeps its colour however the rows come.
  if (choice.series !== undefined) list.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  if (columns[choice.x]?.type === "datetime" || choice.kind === "linechart") for (const s of list) s.points.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  return list;
}
