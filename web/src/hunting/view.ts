// Which rows and columns of a result the grid shows, and in which order.

import type { Column, ColumnType, Value } from "../api/types";
import { plainText } from "../format/value";

/** A pill: the values of a column that are shown. */
export interface Filter {
  column: number;
  /** The texts of the values; none means that nothing is ticked yet. */
  values: string[];
  /** True for the rows that have none of the values. */
  exclude?: boolean;
}

export interface Sort {
  column: number;
  down: boolean;
}

export interface View {
  search: string;
  filters: Filter[];
  sort?: Sort | undefined;
  /** Names of columns that the user hid, or showed though they are empty. */
  hidden: string[];
  shown: string[];
  /** Names of columns in the user's order; those that are not in it come last. */
  order: string[];
  /** The name of the column that rows are grouped by. */
  groupBy?: string | undefined;
  /** Groups that are closed, by their text; rows with open details. */
  closed: ReadonlySet<string>;
  expanded: ReadonlySet<number>;
}

export const emptyView: View = { search: "", filters: [], hidden: [], shown: [], order: [], closed: new Set(), expanded: new Set() };

/** A set with one more or one less. */
export function toggled<T>(set: ReadonlySet<T>, value: T): ReadonlySet<T> {
  const out = new Set(set);
  if (!out.delete(value)) out.add(value);
  return out;
}

/** The indexes of the rows to show. */
export function visibleRows(rows: Value[][], columns: Column[], view: Pick<View, "filters" | "search" | "sort">): number[] {
  const filters = view.filters.filter((f) => f.values.length > 0).map((f) => ({ column: f.column, values: new Set(f.values), exclude: f.exclude ?? false }));
  const search = view.search.trim().toLowerCase();
  const out: number[] = [];
  rows.forEach((row, i) => {
    if (!filters.every((f) => f.values.has(plainText(row[f.column] ?? null)) !== f.exclude)) return;
    if (search && !row.some((v) => plainText(v).toLowerCase().includes(search))) return;
    out.push(i);
  });
  const { sort } = view;
  const type = sort && columns[sort.column]?.type;
  if (sort && type) {
    const keys = rows.map((r) => sortKey(r[sort.column] ?? null, type));
    const sign = sort.down ? -1 : 1;
    // Without a value last, in either direction, as the portal does; equal
    // ones keep their order.
    out.sort((a, b) => {
      const x = keys[a];
      const y = keys[b];
      if (x === y) return a - b;
      if (x === null || x === undefined) return 1;
      if (y === null || y === undefined) return -1;
      return x < y ? -sign : x > y ? sign : a - b;
    });
  }
  return out;
}

type Key = number | string | bigint | null;

function sortKey(v: Value, type: ColumnType): Key {
  if (v === null || v === "") return null;
  switch (type) {
    case "bool":
      return v ? 1 : 0;
    case "int":
    case "long":
      return typeof v === "string" ? BigInt(v) : (v as number);
    case "real":
    case "decimal":
      return Number(v);
    case "timespan":
      return spanSeconds(String(v));
  }
  return plainText(v).toLowerCase();
}

/** The seconds of [-][d.]hh:mm:ss[.fffffff]. */
export function spanSeconds(text: string): number {
  const m = /^(-?)(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  if (!m) return Number.NaN;
  const [, sign, d = "0", h = "0", min = "0", s = "0"] = m;
  return (sign ? -1 : 1) * (Number(d) * 86400 + Number(h) * 3600 + Number(min) * 60 + Number(s));
}

/** The columns that have no value in any row. */
export function emptyColumns(rows: Value[][], columns: Column[]): Set<number> {
  const empty = new Set(columns.keys());
  for (const row of rows) {
    for (const c of empty) {
      const v = row[c];
      if (v !== null && v !== "") empty.delete(c);
    }
    if (empty.size === 0) break;
  }
  return rows.length === 0 ? new Set() : empty;
}

// So many columns are shown although they are empty.
const fewColumns = 12;

/** The indexes of the columns to show: wide results without empty columns. */
export function visibleColumns(columns: Column[], empty: Set<number>, view: Pick<View, "hidden" | "shown" | "order">): number[] {
  const hide = columns.length > fewColumns;
  const out = [...columns.keys()].filter((i) => {
    const name = columns[i]?.name ?? "";
    if (view.hidden.includes(name)) return false;
    return !(hide && empty.has(i)) || view.shown.includes(name);
  });
  if (view.order.length === 0) return out;
  const rank = new Map(view.order.map((name, i) => [name, i]));
  const of = (i: number) => rank.get(columns[i]?.name ?? "") ?? rank.size + i;
  return out.sort((a, b) => of(a) - of(b));
}

/** The names of all columns in order, after a shown one took another's place. */
export function moveColumn(columns: Column[], shown: number[], from: number, to: number): string[] {
  const order = [...shown];
  const [moved] = order.splice(from, 1);
  if (moved === undefined) return [];
  order.splice(Math.max(0, Math.min(order.length, to)), 0, moved);
  for (const i of columns.keys()) if (!order.includes(i)) order.push(i);
  return order.map((i) => columns[i]?.name ?? "");
}

/** The most frequent values of a column, with their counts. */
export function frequentValues(rows: Value[][], column: number, most: number): { text: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const r of rows) {
    const text = plainText(r[column] ?? null);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts]
    .map(([text, count]) => ({ text, count }))
    .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
    .slice(0, most);
}

/** Widths in pixels that suit the first rows. */
export function columnWidths(rows: Value[][], columns: Column[]): number[] {
  return columns.map((c, i) => (c.type === "datetime" ? 184 : Math.min(300, fitWidth(rows, columns, i, 100))));
}

/** The width in pixels that suits the values of a column. */
export function fitWidth(rows: Value[][], columns: Column[], column: number, most = 2000): number {
  let longest = (columns[column]?.name.length ?? 0) + 3;
  for (const r of rows.slice(0, most)) longest = Math.max(longest, plainText(r[column] ?? null).length);
  return Math.max(72, Math.min(900, Math.round(longest * 6.8 + 24)));
}
