// Draws the visible part of the grid without React: while the user scrolls,
// the elements of rows that left the view are filled anew and moved.

import type { Column, Value } from "../api/types";
import { formatValue, type Zone } from "../format/value";
import { detailHeight, headHeight, lineAt, type Lines, lineTop, rowHeight } from "./lines";

/** The column of the arrow that expands a row. */
export const arrowWidth = 28;

/** What the grid shows. */
export interface Scene {
  columns: Column[];
  rows: Value[][];
  lines: Lines;
  /** Indexes of the columns, in their order; with their places in pixels. */
  shown: number[];
  lefts: number[];
  widths: number[];
  total: number;
  zone: Zone;
  /** The row of the result that the panel shows. */
  selected: number | undefined;
  active: Place;
  /** The name of the column that rows are grouped by. */
  grouped: string;
}

/** A cell by its line, -1 for the head, and its place among the shown columns. */
export interface Place {
  line: number;
  column: number;
}

export interface Classes {
  row: string;
  selected: string;
  group: string;
  detail: string;
  arrow: string;
  cell: (c: Column | undefined) => string;
}

interface Line {
  element: HTMLElement;
  cells: HTMLElement[];
  /** Of which layout the places of the cells are. */
  layout: number;
  line: number;
  isGroup: boolean;
}

/** The class of the cell that the keyboard is at. */
export const activeClass = "grid-active";

// So many lines beyond the edges are drawn.
const overscan = 6;
// A cell shows one line; the row panel shows all.
const maxCell = 400;

export class Painter {
  private scene: Scene | undefined;
  private used = new Map<number, Line>();
  private details = new Map<number, HTMLElement>();
  private free: Line[] = [];
  private layout = 0;
  private from = 0;
  private to = 0;
  private marked: HTMLElement | undefined;

  constructor(
    private readonly scroller: HTMLElement,
    private readonly body: HTMLElement,
    private readonly classes: Classes,
    private readonly detailOf: (row: number) => HTMLElement,
  ) {}

  /** Shows something else. */
  show(scene: Scene): void {
    this.scene = scene;
    this.layout++;
    this.to = 0;
    for (const line of [...this.used.keys()]) this.drop(line);
    for (const element of this.details.values()) element.remove();
    this.details.clear();
    this.paint();
  }

  /** Draws what the place of the scroll bars shows. */
  paint(): void {
    const s = this.scene;
    if (!s) return;
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.scroller;
    this.chooseColumns(s, scrollLeft, clientWidth);
    const n = s.lines.at.length;
    const first = n === 0 ? 0 : Math.max(0, lineAt(s.lines, scrollTop) - overscan);
    const last = n === 0 ? -1 : Math.min(n - 1, lineAt(s.lines, scrollTop + clientHeight - headHeight) + overscan);
    for (const line of this.used.keys()) if (line < first || line > last) this.drop(line);
    for (let line = first; line <= last; line++) {
      const known = this.used.get(line);
      if (!known || known.layout !== this.layout) this.draw(s, line, known);
    }
    for (const [line, element] of this.details)
      if (line < first || line > last) {
        element.remove();
        this.details.delete(line);
      }
    for (const line of s.lines.details) if (line >= first && line <= last && !this.details.has(line)) this.drawDetail(s, line, clientWidth);
    this.markActive();
  }

  /** Moves the mark of the keyboard. */
  setActive(p: Place): void {
    if (!this.scene) return;
    this.scene.active = p;
    this.markActive();
  }

  /** The element of a cell, if it is drawn. */
  cellAt(p: Place): HTMLElement | undefined {
    const line = this.used.get(p.line);
    return line?.isGroup ? line.cells[0] : line?.cells[p.column - this.from];
  }

  /** The columns in view; when they change, all rows are laid out anew. */
  private chooseColumns(s: Scene, left: number, width: number): void {
    const end = left + width;
    let from = 0;
    while (from < s.shown.length - 1 && (s.lefts[from] ?? 0) + (s.widths[from] ?? 0) < left) from++;
    let to = from;
    while (to < s.shown.length && (s.lefts[to] ?? 0) < end) to++;
    if (from >= this.from && to <= this.to) return; // All of them are there.
    this.from = Math.max(0, from - 1);
    this.to = Math.min(s.shown.length, to + 1);
    this.layout++;
  }

  private drop(line: number): void {
    const l = this.used.get(line);
    if (!l) return;
    this.used.delete(line);
    this.free.push(l);
  }

  private take(isGroup: boolean): Line {
    // The first that was dropped, so that the elements keep their order.
    const at = this.free.findIndex((l) => l.isGroup === isGroup);
    const found = this.free[at];
    if (found) {
      this.free.splice(at, 1);
      return found;
    }
    const element = document.createElement("div");
    element.setAttribute("role", "row");
    const l: Line = { element, cells: [], layout: 0, line: -1, isGroup };
    if (isGroup) {
      element.className = this.classes.group;
      l.cells.push(this.cell(element));
    } else {
      const arrow = this.cell(element);
      arrow.className = this.classes.arrow;
      arrow.dataset.arrow = "1";
      arrow.setAttribute("aria-colindex", "1");
    }
    this.body.append(element);
    return l;
  }

  private cell(parent: HTMLElement): HTMLElement {
    const element = document.createElement("div");
    element.setAttribute("role", "gridcell");
    element.append("");
    parent.append(element);
    return element;
  }

  private draw(s: Scene, line: number, known: Line | undefined): void {
    const at = s.lines.at[line] ?? 0;
    const l = known ?? this.take(at < 0);
    this.used.set(line, l);
    const { element } = l;
    if (l.line !== line) {
      l.line = line;
      element.dataset.line = String(line);
      element.setAttribute("aria-rowindex", String(line + 2));
    }
    element.style.transform = `translateY(${lineTop(s.lines, line)}px)`;
    element.hidden = false;
    if (at < 0) this.fillGroup(s, l, -1 - at);
    else this.fillRow(s, l, at);
    l.layout = this.layout;
  }

  private fillGroup(s: Scene, l: Line, group: number): void {
    const g = s.lines.groups[group];
    const cell = l.cells[0];
    if (!g || !cell) return;
    l.element.style.width = `${Math.max(s.total, this.scroller.clientWidth)}px`;
    cell.setAttribute("aria-colspan", String(s.shown.length + 1));
    cell.setAttribute("aria-expanded", String(g.open));
    setText(cell, `${g.open ? "▾" : "▸"}  ${s.grouped}: ${oneLine(g.text) || "(empty)"} (${g.count.toLocaleString("en-US")})`);
  }

  private fillRow(s: Scene, l: Line, index: number): void {
    const row = s.rows[index] ?? [];
    const { element, cells } = l;
    const className = s.selected === index ? this.classes.selected : this.classes.row;
    if (element.className !== className) element.className = className;
    element.setAttribute("aria-selected", String(s.selected === index));
    const arrow = element.firstElementChild as HTMLElement;
    const open = s.lines.details.includes(l.line);
    setText(arrow, open ? "▾" : "▸");
    arrow.setAttribute("aria-expanded", String(open));
    arrow.setAttribute("aria-label", `Details of row ${l.line + 1}`);
    const n = this.to - this.from;
    if (l.layout !== this.layout) {
      element.style.width = `${s.total}px`;
      while (cells.length < n) cells.push(this.cell(element));
      while (cells.length > n) cells.pop()?.remove();
      cells.forEach((cell, i) => {
        const c = this.from + i;
        cell.className = this.classes.cell(s.columns[s.shown[c] ?? 0]);
        cell.dataset.column = String(c);
        cell.setAttribute("aria-colindex", String(c + 2));
        cell.style.left = `${s.lefts[c] ?? 0}px`;
        cell.style.width = `${s.widths[c] ?? 0}px`;
      });
    }
    for (let i = 0; i < n; i++) {
      const column = s.shown[this.from + i] ?? 0;
      const cell = cells[i];
      if (cell) setText(cell, cellText(row[column] ?? null, s.columns[column], s.zone));
    }
  }

  private drawDetail(s: Scene, line: number, width: number): void {
    const element = document.createElement("div");
    element.className = this.classes.detail;
    element.setAttribute("role", "row");
    element.style.transform = `translateY(${lineTop(s.lines, line) + rowHeight}px)`;
    element.style.height = `${detailHeight}px`;
    element.style.width = `${width}px`;
    const cell = document.createElement("div");
    cell.setAttribute("role", "gridcell");
    cell.setAttribute("aria-colspan", String(s.shown.length + 1));
    cell.append(this.detailOf(s.lines.at[line] ?? 0));
    element.append(cell);
    this.body.append(element);
    this.details.set(line, element);
  }

  /** Rows that wait to be used again must not be seen. */
  private markActive(): void {
    for (const l of this.free) if (!l.element.hidden) l.element.hidden = true;
    const { marked } = this;
    if (marked) {
      marked.removeAttribute("id");
      marked.classList.remove(activeClass);
    }
    const cell = this.scene && this.cellAt(this.scene.active);
    this.marked = cell;
    if (!cell) return;
    cell.id = "grid-active";
    cell.classList.add(activeClass);
  }
}

function setText(element: HTMLElement, text: string): void {
  const node = element.firstChild as Text;
  if (node.data !== text) node.data = text;
}

const oneLine = (text: string) => (text.length > maxCell ? `${text.slice(0, maxCell)}…` : text).replace(/[\r\n\t]+/g, " ");

function cellText(v: Value, column: Column | undefined, zone: Zone): string {
  return oneLine(formatValue(v, column?.type ?? "string", zone));
}
