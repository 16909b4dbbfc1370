import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { type KeyboardEvent, type MouseEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Column, Value } from "../api/types";
import { formatValue, type Zone } from "../format/value";
import { columnWidths, fitWidth, type Sort } from "../hunting/view";
import { detailElement } from "./detail";
import { GridHead, isNumber } from "./GridHead";
import { headHeight, type Lines, lineTop, rowHeight, totalHeight } from "./lines";
import { activeClass, arrowWidth, Painter, type Place, type Scene } from "./painter";

const useStyles = makeStyles({
  scroller: { height: "100%", overflow: "auto", position: "relative", outlineStyle: "none", backgroundColor: tokens.colorNeutralBackground1, fontSize: tokens.fontSizeBase200, contain: "strict" },
  body: { position: "relative", overflow: "hidden" },
  row: { position: "absolute", top: 0, left: 0, height: `${rowHeight}px`, contain: "strict", borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover } },
  selected: { backgroundColor: tokens.colorBrandBackground2, ":hover": { backgroundColor: tokens.colorBrandBackground2Hover } },
  group: { cursor: "pointer", lineHeight: `${rowHeight - 1}px`, padding: `0 ${tokens.spacingHorizontalS}`, fontWeight: tokens.fontWeightSemibold, whiteSpace: "pre", backgroundColor: tokens.colorNeutralBackground2, color: tokens.colorNeutralForeground1 },
  detail: {
    position: "absolute",
    top: 0,
    left: 0,
    overflow: "hidden",
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground2,
    "& [role=gridcell]": { height: "100%" },
    "& dl": { margin: 0, height: "100%", overflow: "auto", padding: `6px 12px 6px ${arrowWidth + 8}px`, columns: "300px", columnGap: "24px" },
    "& dl > div": { breakInside: "avoid", display: "grid", gridTemplateColumns: "minmax(96px, 40%) 1fr", gap: "8px", padding: "2px 0" },
    "& dt": { color: tokens.colorNeutralForeground3, overflowWrap: "anywhere" },
    "& dd": { margin: 0, overflowWrap: "anywhere", whiteSpace: "pre-wrap" },
  },
  arrow: { position: "absolute", top: 0, left: 0, width: `${arrowWidth}px`, height: `${rowHeight - 1}px`, lineHeight: `${rowHeight - 1}px`, textAlign: "center", cursor: "pointer", color: tokens.colorNeutralForeground2, ":hover": { color: tokens.colorBrandForeground1 } },
  cell: {
    position: "absolute",
    top: 0,
    height: `${rowHeight - 1}px`,
    lineHeight: `${rowHeight - 1}px`,
    padding: `0 ${tokens.spacingHorizontalS}`,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "pre",
    color: tokens.colorNeutralForeground1,
    cursor: "default",
  },
  number: { textAlign: "right", fontVariantNumeric: "tabular-nums" },
  time: { fontVariantNumeric: "tabular-nums" },
});

/** A value of the result: the index of its row and of its column. */
export interface Cell {
  row: number;
  column: number;
}

interface Props {
  columns: Column[];
  rows: Value[][];
  lines: Lines;
  /** Indexes of the columns in their order. */
  shown: number[];
  /** The name of the column that rows are grouped by. */
  grouped: string;
  zone: Zone;
  sort: Sort | undefined;
  selected: number | undefined;
  onSort: (column: number) => void;
  onOpen: (row: number) => void;
  /** Closes what onOpen opened. */
  onClose: () => void;
  onMenu: (cell: Cell, at: { x: number; y: number }) => void;
  onHeadMenu: (column: number, at: { x: number; y: number }) => void;
  onGroup: (text: string) => void;
  onExpand: (row: number) => void;
  /** Moves a column to the place of another among the shown ones. */
  onMove: (from: number, to: number) => void;
}

/** The results as a table; React draws its head, a Painter its rows. */
export function Grid(p: Props) {
  const styles = useStyles();
  const scroller = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const painter = useRef<Painter>(null);
  const [widths, setWidths] = useState(() => columnWidths(p.rows, p.columns));
  useEffect(() => setWidths(columnWidths(p.rows, p.columns)), [p.rows, p.columns]);
  const active = useRef<Place>({ line: 0, column: 0 });
  const place = useMemo(() => {
    let left = arrowWidth;
    const lefts = p.shown.map((c) => (left += widths[c] ?? 120) - (widths[c] ?? 120));
    return { lefts, widths: p.shown.map((c) => widths[c] ?? 120), total: left };
  }, [p.shown, widths]);
  const latest = useRef(p);
  latest.current = p;

  useLayoutEffect(() => {
    const s = scroller.current;
    if (!s || !body.current) return;
    const cell = (c: Column | undefined) => mergeClasses(styles.cell, isNumber(c) && styles.number, c?.type === "datetime" && styles.time);
    const classes = {
      row: styles.row,
      selected: mergeClasses(styles.row, styles.selected),
      group: mergeClasses(styles.row, styles.group),
      detail: styles.detail,
      arrow: styles.arrow,
      cell,
    };
    const made = new Painter(s, body.current, classes, (row) => detailElement(latest.current.columns, latest.current.rows[row] ?? [], latest.current.zone));
    painter.current = made;
    const onScroll = () => made.paint();
    s.addEventListener("scroll", onScroll, { passive: true });
    const observer = new ResizeObserver(onScroll);
    observer.observe(s);
    return () => {
      s.removeEventListener("scroll", onScroll);
      observer.disconnect();
      painter.current = null;
      body.current?.replaceChildren();
    };
  }, [styles]);

  const { columns, rows, lines, shown, zone, selected, grouped } = p;
  useLayoutEffect(() => {
    const n = lines.at.length;
    const a = active.current;
    if (a.line >= n || a.column >= shown.length) active.current = { line: Math.min(a.line, n - 1), column: Math.min(a.column, shown.length - 1) };
    const scene: Scene = { columns, rows, lines, shown, ...place, zone, selected, active: active.current, grouped };
    painter.current?.show(scene);
  }, [columns, rows, lines, shown, place, zone, selected, grouped, styles]);

  const setActive = (to: Place) => {
    active.current = to;
    painter.current?.setActive(to);
    const s = scroller.current;
    if (!s) return;
    s.setAttribute("aria-activedescendant", to.line < 0 ? `grid-head-${to.column}` : "grid-active");
    for (const h of s.querySelectorAll("[data-head]")) h.classList.toggle(activeClass, to.line < 0 && h.id === `grid-head-${to.column}`);
  };
  const move = (line: number, column: number) => {
    const to = { line: Math.max(-1, Math.min(lines.at.length - 1, line)), column: Math.max(0, Math.min(shown.length - 1, column)) };
    const s = scroller.current;
    if (!s) return;
    if (to.line >= 0) {
      const top = lineTop(lines, to.line);
      if (top < s.scrollTop) s.scrollTop = top;
      else if (top + rowHeight > s.scrollTop + s.clientHeight - headHeight) s.scrollTop = top + rowHeight - s.clientHeight + headHeight;
    }
    const left = place.lefts[to.column] ?? 0;
    const right = left + (place.widths[to.column] ?? 0);
    if (left - arrowWidth < s.scrollLeft) s.scrollLeft = left - arrowWidth;
    else if (right > s.scrollLeft + s.clientWidth) s.scrollLeft = Math.min(left - arrowWidth, right - s.clientWidth);
    painter.current?.paint();
    setActive(to);
  };
  const below = (e: HTMLElement | null | undefined) => {
    const box = e?.getBoundingClientRect();
    return { x: box?.left ?? 0, y: box?.bottom ?? 0 };
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.target !== e.currentTarget) return; // in the details of a row
    const { line, column } = active.current;
    const page = Math.floor((scroller.current?.clientHeight ?? 300) / rowHeight) - 2;
    const steps: Record<string, [number, number]> = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [page, 0], PageUp: [-page, 0] };
    const step = steps[e.key];
    const index = shown[column] ?? 0;
    const row = lines.at[line];
    const menu = e.key === "ContextMenu" || (e.shiftKey && e.key === "F10");
    if (step && e.altKey && line < 0) {
      p.onMove(column, column + step[1]);
      setActive({ line, column: Math.max(0, Math.min(shown.length - 1, column + step[1])) });
    } else if (step) move(line + step[0], column + step[1]);
    else if (e.key === "Escape") p.onClose();
    else if (e.key === "Home") move(e.ctrlKey ? 0 : line, 0);
    else if (e.key === "End") move(e.ctrlKey ? lines.at.length - 1 : line, shown.length - 1);
    else if (line < 0) {
      if (menu) p.onHeadMenu(index, below(document.getElementById(`grid-head-${column}`)));
      else if (e.key === "Enter" || e.key === " ") p.onSort(index);
      else return;
    } else if (row === undefined) return;
    else if (row < 0) {
      if (e.key !== "Enter" && e.key !== " ") return;
      p.onGroup(lines.groups[-1 - row]?.text ?? "");
    } else if (e.key === "Enter") p.onOpen(row);
    else if (e.key === " ") p.onExpand(row);
    else if (menu) p.onMenu({ row, column: index }, below(painter.current?.cellAt(active.current)));
    else if (e.key.toLowerCase() === "c" && (e.ctrlKey || e.metaKey)) void navigator.clipboard.writeText(formatValue(rows[row]?.[index] ?? null, columns[index]?.type ?? "string", zone));
    else return;
    e.preventDefault();
  };
  const hit = (e: MouseEvent) => {
    const target = e.target as HTMLElement;
    const line = Number(target.closest<HTMLElement>("[data-line]")?.dataset.line ?? "NaN");
    const row = lines.at[line];
    return row === undefined ? undefined : { line, row, arrow: target.dataset.arrow !== undefined, column: Number(target.closest<HTMLElement>("[data-column]")?.dataset.column ?? "0") };
  };
  const onClick = (e: MouseEvent) => {
    const h = hit(e);
    if (!h) return;
    setActive({ line: h.line, column: h.column });
    if (h.row < 0) p.onGroup(lines.groups[-1 - h.row]?.text ?? "");
    else if (h.arrow) p.onExpand(h.row);
    else p.onOpen(h.row);
  };
  const onContextMenu = (e: MouseEvent) => {
    const h = hit(e);
    if (!h || h.row < 0 || h.arrow) return;
    e.preventDefault();
    setActive({ line: h.line, column: h.column });
    p.onMenu({ row: h.row, column: shown[h.column] ?? 0 }, { x: e.clientX, y: e.clientY });
  };

  return (
    <div
      ref={scroller}
      className={styles.scroller}
      role="grid"
      aria-label="Results"
      aria-rowcount={lines.at.length + 1}
      aria-colcount={shown.length + 1}
      aria-activedescendant="grid-active"
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onContextMenu={onContextMenu}
    >
      <GridHead columns={columns} shown={shown} place={place} sort={p.sort} onSort={p.onSort} onMenu={p.onHeadMenu} onMove={p.onMove} onWidth={(i, width) => setWidths((w) => w.with(i, width ?? fitWidth(rows, columns, i)))} />
      <div ref={body} role="rowgroup" className={styles.body} style={{ height: totalHeight(lines), width: place.total, minWidth: "100%" }} />
    </div>
  );
}
