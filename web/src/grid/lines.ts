// The lines of the grid and where they are: rows of a result, heads of groups
// and the details of rows that are expanded.

export const rowHeight = 28;
export const headHeight = 32;
export const detailHeight = 236;

/** Rows that have the same value of a column. */
export interface Group {
  text: string;
  count: number;
  open: boolean;
}

export interface Lines {
  /** A row of the result, or for -1 - n the head of group n. */
  at: Int32Array;
  groups: Group[];
  /** The lines whose details are open, ascending. */
  details: number[];
}

/** What makes lines of rows. */
export interface Shape {
  /** The text that rows are grouped by, if they are. */
  textOf?: ((row: number) => string) | undefined;
  /** Groups that are closed. */
  closed: ReadonlySet<string>;
  /** Rows of the result with open details. */
  expanded: ReadonlySet<number>;
}

/** Groups come in the order of their first rows. */
export function makeLines(rows: number[], { textOf, closed, expanded }: Shape): Lines {
  const groups: Group[] = [];
  let at: Int32Array;
  if (!textOf) at = Int32Array.from(rows);
  else {
    const members = new Map<string, number[]>();
    for (const r of rows) {
      const text = textOf(r);
      const list = members.get(text);
      if (list) list.push(r);
      else members.set(text, [r]);
    }
    const out: number[] = [];
    for (const [text, list] of members) {
      const open = !closed.has(text);
      out.push(-1 - groups.length);
      groups.push({ text, count: list.length, open });
      if (open) for (const r of list) out.push(r);
    }
    at = Int32Array.from(out);
  }
  const details: number[] = [];
  if (expanded.size > 0) at.forEach((r, line) => r >= 0 && expanded.has(r) && details.push(line));
  return { at, groups, details };
}

/** How many of the ascending numbers are less than n. */
function before(list: readonly number[], n: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((list[mid] ?? 0) < n) low = mid + 1;
    else high = mid;
  }
  return low;
}

/** Pixels from the first line to a line. */
export function lineTop(l: Lines, line: number): number {
  return line * rowHeight + before(l.details, line) * detailHeight;
}

/** The line at a height, or the nearest. */
export function lineAt(l: Lines, y: number): number {
  let low = 0;
  let high = l.at.length - 1;
  while (low < high) {
    const mid = (low + high + 1) >> 1;
    if (lineTop(l, mid) <= y) low = mid;
    else high = mid - 1;
  }
  return low;
}

/** The pixels of all lines. */
export function totalHeight(l: Lines): number {
  return lineTop(l, l.at.length);
}
