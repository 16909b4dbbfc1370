// Values as people read them.

import type { ColumnType, Value } from "../api/types";

export type Zone = "utc" | "local";

/** A datetime of the API in a time zone, to the millisecond. */
export function formatTime(iso: string, zone: Zone): string {
  const d = new Date(iso);
  if (Number.isNaN(d.getTime())) return iso;
  if (zone === "utc") return d.toISOString().replace("T", " ").slice(0, 23);
  const local = new Date(d.getTime() - d.getTimezoneOffset() * 60_000);
  return local.toISOString().replace("T", " ").slice(0, 23);
}

/** A value in a cell; "" for null. */
export function formatValue(v: Value, type: ColumnType, zone: Zone): string {
  if (v === null || v === undefined) return "";
  if (typeof v === "object") return JSON.stringify(v);
  if (type === "datetime" && typeof v === "string") return formatTime(v, zone);
  return String(v);
}

/** A value as text that leaves the page: times stay as the server gave them. */
export function plainText(v: Value): string {
  if (v === null || v === undefined) return "";
  return typeof v === "object" ? JSON.stringify(v) : String(v);
}

/** A number of bytes in a unit that suits it. */
export function formatBytes(n: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let i = 0;
  while (n >= 1000 && i < units.length - 1) {
    n /= 1000;
    i++;
  }
  return `${i === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[i]}`;
}

/** A number with thousands apart. */
export function formatCount(n: number): string {
  return n.toLocaleString("en-US");
}

/** Seconds as a short duration. */
export function formatSeconds(s: number): string {
  if (s < 0.0995) return `${(s * 1000).toFixed(s < 0.00995 ? 1 : 0)} ms`;
  if (s < 60) return `${s.toFixed(2)} s`;
  return `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")} min`;
}
