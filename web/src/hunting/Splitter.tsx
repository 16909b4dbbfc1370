import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { KeyboardEvent, PointerEvent } from "react";

const useStyles = makeStyles({
  bar: { backgroundColor: tokens.colorNeutralBackground3, ":hover": { backgroundColor: tokens.colorBrandStroke2 }, ":focus-visible": { outline: "none", backgroundColor: tokens.colorBrandStroke1 }, touchAction: "none" },
  columns: { cursor: "col-resize" },
  rows: { cursor: "row-resize" },
});

interface Props {
  /** What it divides. */
  direction: "columns" | "rows";
  label: string;
  /** Pixels of what is before. */
  value: number;
  onChange: (v: number) => void;
}

/** A bar that divides two panes, moved by pointer or arrow keys. */
export function Splitter({ direction, label, value, onChange }: Props) {
  const styles = useStyles();
  const place = (e: PointerEvent) => (direction === "columns" ? e.clientX : e.clientY);
  const onPointerDown = (e: PointerEvent<HTMLElement>) => {
    const from = place(e) - value;
    const bar = e.currentTarget;
    bar.setPointerCapture(e.pointerId);
    bar.onpointermove = (m) => onChange((direction === "columns" ? m.clientX : m.clientY) - from);
    bar.onpointerup = () => {
      bar.onpointermove = null;
    };
  };
  const onKeyDown = (e: KeyboardEvent) => {
    const step = e.key === "ArrowRight" || e.key === "ArrowDown" ? 20 : e.key === "ArrowLeft" || e.key === "ArrowUp" ? -20 : 0;
    if (step === 0) return;
    e.preventDefault();
    onChange(value + step);
  };
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={direction === "columns" ? "vertical" : "horizontal"}
      aria-valuenow={value}
      className={mergeClasses(styles.bar, direction === "columns" ? styles.columns : styles.rows)}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  );
}
