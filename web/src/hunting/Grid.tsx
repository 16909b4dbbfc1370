import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ArrowDownRegular, ArrowUpRegular } from "@fluentui/react-icons";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, type PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Column, Value } from "../api/types";
import { formatValue, type Zone } from "../format/value";
import { columnWidths, type Sort } from "./view";

const rowHeight = 28;

const useStyles = makeStyles({
  scroller: { height: "100%", overflow: "auto", position: "relative", outlineStyle: "none", backgroundColor: tokens.colorNeutralBackground1, fontSize: tokens.fontSizeBase200 },
  header: { position: "sticky", top: 0, zIndex: 2, height: "32px", backgroundColor: tokens.colorNeutralBackground1, borderBottom: `1px solid ${tokens.colorNeutralStroke1}` },
  head: {
    position: "absolute",
    top: 0,
    height: "31px",
    display: "flex",
    alignItems: "center",
    padding: `0 ${tokens.spacingHorizontalS}`,
    gap: "4px",
    fontWeight: tokens.fontWeightSemibold,
    cursor: "pointer",
    userSelect: "none",
    color: tokens.colorNeutralForeground1,
    ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  headText: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  grip: { position: "absolute", right: 0, top: "4px", bottom: "4px", width: "7px", cursor: "col-resize", borderRight: `1px solid ${tokens.colorNeutralStroke2}` },
  row: { position: "absolute", left: 0, height: `${rowHeight}px`, borderBottom: `1px solid ${tokens.colorNeutralStroke3}`, ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover } },
  selected: { backgroundColor: tokens.colorBrandBackground2, ":hover": { backgroundColor: tokens.colorBrandBackground2Hover } },
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
  active: { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
});

export interface Cell {
  /** Index into the result's rows. */
  row: number;
  column: number;
}

interface Props {
  columns: Column[];
  rows: Value[][];
  visibleRows: number[];
  visibleColumns: number[];
  zone: Zone;
  sort?: Sort;
  onSort: (column: number) => void;
  selected?: number;
  onOpen: (row: number) => void;
  onMenu: (cell: Cell, at: { x: number; y: number }) => void;
}

const numbers = new Set(["int", "long", "real", "decimal"]);

/** The results: rows and columns are made only where they can be seen. */
export function Grid(p: Props) {
  const styles = useStyles();
  const scroller = useRef<HTMLDivElement>(null);
  const [widths, setWidths] = useState(() => columnWidths(p.rows, p.columns));
  useEffect(() => setWidths(columnWidths(p.rows, p.columns)), [p.rows, p.columns]);
  const [active, setActive] = useState({ row: 0, column: 0 });

  const rows = useVirtualizer({ count: p.visibleRows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12, paddingStart: 32 });
  const widthAt = useCallback((i: number) => widths[p.visibleColumns[i] ?? 0] ?? 120, [widths, p.visibleColumns]);
  const columns = useVirtualizer({ horizontal: true, count: p.visibleColumns.length, getScrollElement: () => scroller.current, estimateSize: widthAt, overscan: 3 });
  useEffect(() => {
    columns.measure();
  }, [columns, widths, p.visibleColumns]);
  const total = columns.getTotalSize();
  const shown = columns.getVirtualItems();

  const move = (row: number, column: number) => {
    const r = Math.max(0, Math.min(p.visibleRows.length - 1, row));
    const c = Math.max(0, Math.min(p.visibleColumns.length - 1, column));
    setActive({ row: r, column: c });
    rows.scrollToIndex(r, r * rowHeight < (scroller.current?.scrollTop ?? 0) ? { align: "start" } : {});
    columns.scrollToIndex(c);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    const page = Math.floor((scroller.current?.clientHeight ?? 300) / rowHeight) - 2;
    const steps: Record<string, [number, number]> = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [page, 0], PageUp: [-page, 0] };
    const step = steps[e.key];
    const row = p.visibleRows[active.row];
    const column = p.visibleColumns[active.column];
    if (step) move(active.row + step[0], active.column + step[1]);
    else if (e.key === "Home") move(e.ctrlKey ? 0 : active.row, 0);
    else if (e.key === "End") move(e.ctrlKey ? p.visibleRows.length - 1 : active.row, p.visibleColumns.length - 1);
    else if (row === undefined || column === undefined) return;
    else if (e.key === "Enter") p.onOpen(row);
    else if (e.key === "ContextMenu" || (e.shiftKey && e.key === "F10")) {
      const cell = scroller.current?.querySelector(`[data-at="${active.row}:${active.column}"]`)?.getBoundingClientRect();
      p.onMenu({ row, column }, { x: cell?.left ?? 0, y: cell?.bottom ?? 0 });
    } else if (e.key.toLowerCase() === "c" && (e.ctrlKey || e.metaKey)) void navigator.clipboard.writeText(formatValue(p.rows[row]?.[column] ?? null, p.columns[column]?.type ?? "string", p.zone));
    else if (e.key === "s" && !e.ctrlKey) p.onSort(column);
    else return;
    e.preventDefault();
  };
  const place = (e: MouseEvent): { row: number; column: number } | undefined => {
    const at = (e.target as HTMLElement).closest<HTMLElement>("[data-at]")?.dataset.at?.split(":").map(Number);
    return at && { row: at[0] ?? 0, column: at[1] ?? 0 };
  };
  const onClick = (e: MouseEvent) => {
    const at = place(e);
    const row = at && p.visibleRows[at.row];
    if (!at || row === undefined) return;
    setActive(at);
    p.onOpen(row);
  };
  const onContextMenu = (e: MouseEvent) => {
    const at = place(e);
    const row = at && p.visibleRows[at.row];
    const column = at && p.visibleColumns[at.column];
    if (!at || row === undefined || column === undefined) return;
    e.preventDefault();
    setActive(at);
    p.onMenu({ row, column }, { x: e.clientX, y: e.clientY });
  };
  const resize = (column: number) => (e: PointerEvent<HTMLElement>) => {
    e.preventDefault();
    e.stopPropagation();
    const from = e.clientX - (widths[column] ?? 120);
    const target = e.currentTarget;
    target.setPointerCapture(e.pointerId);
    target.onpointermove = (m) => setWidths((w) => w.with(column, Math.max(48, m.clientX - from)));
    target.onpointerup = () => {
      target.onpointermove = null;
    };
  };
  const classes = useMemo(() => p.columns.map((c) => (numbers.has(c.type) ? mergeClasses(styles.cell, styles.number) : c.type === "datetime" ? mergeClasses(styles.cell, styles.time) : styles.cell)), [p.columns, styles]);

  return (
    <div
      ref={scroller}
      className={styles.scroller}
      role="grid"
      aria-label="Results"
      aria-rowcount={p.visibleRows.length + 1}
      aria-colcount={p.visibleColumns.length}
      aria-activedescendant={`cell-${active.row}-${active.column}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onContextMenu={onContextMenu}
    >
      <div role="rowgroup" className={styles.header} style={{ width: total }}>
        <div role="row" aria-rowindex={1}>
          {shown.map((v) => {
            const i = p.visibleColumns[v.index] ?? 0;
            const sorted = p.sort?.column === i ? p.sort : undefined;
            return (
              <div
                key={v.key}
                role="columnheader"
                aria-colindex={v.index + 1}
                aria-sort={sorted ? (sorted.down ? "descending" : "ascending") : "none"}
                className={styles.head}
                style={{ left: v.start, width: v.size }}
                title={`${p.columns[i]?.name} (${p.columns[i]?.type})`}
                onClick={() => p.onSort(i)}
              >
                <span className={styles.headText}>{p.columns[i]?.name}</span>
                {sorted && (sorted.down ? <ArrowDownRegular /> : <ArrowUpRegular />)}
                <span className={styles.grip} onPointerDown={resize(i)} onClick={(e) => e.stopPropagation()} />
              </div>
            );
          })}
        </div>
      </div>
      <div role="rowgroup" style={{ height: rows.getTotalSize() - 32, width: total }}>
        {rows.getVirtualItems().map((r) => {
          const index = p.visibleRows[r.index] ?? 0;
          const row = p.rows[index] ?? [];
          return (
            <div key={r.key} role="row" aria-rowindex={r.index + 2} aria-selected={p.selected === index} className={mergeClasses(styles.row, p.selected === index && styles.selected)} style={{ top: r.start, width: total }}>
              {shown.map((v) => {
                const i = p.visibleColumns[v.index] ?? 0;
                const here = active.row === r.index && active.column === v.index;
                return (
                  <div
                    key={v.key}
                    id={`cell-${r.index}-${v.index}`}
                    role="gridcell"
                    aria-colindex={v.index + 1}
                    data-at={`${r.index}:${v.index}`}
                    className={here ? mergeClasses(classes[i], styles.active) : classes[i]}
                    style={{ left: v.start, width: v.size }}
                  >
                    {cellText(row[i] ?? null, p.columns[i], p.zone)}
                  </div>
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
}

// A cell shows one line; the row panel shows all.
const maxCell = 400;

function cellText(v: Value, column: Column | undefined, zone: Zone): string {
  const text = formatValue(v, column?.type ?? "string", zone);
  return (text.length > maxCell ? `${text.slice(0, maxCell)}…` : text).replace(/[\r\n\t]+/g, " ");
}
