// Results as files.

import type { Column, Value } from "../api/types";
import { plainText } from "./value";

/** RFC 4180, with a byte order mark so that Excel reads UTF-8. */
export function toCsv(columns: Column[], rows: Value[][]): string {
  const lines = [columns.map((c) => csvField(c.name)).join(",")];
  for (const r of rows) lines.push(r.map((v) => csvField(plainText(v))).join(","));
  return `\ufeff${lines.join("\r\n")}\r\n`;
}

function csvField(s: string): string {
  // A text from a packet must not become a formula of a spreadsheet.
  const safe = /^[=+@\t\r]|^-(?![\d.]+$)/.test(s) ? `'${s}` : s;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function toJson(columns: Column[], rows: Value[][]): string {
  const objects = rows.map((r) => JSON.stringify(Object.fromEntries(columns.map((c, i) => [c.name, r[i] ?? null]))));
  return `[\n${objects.join(",\n")}\n]\n`;
}

/** Gives the user a file. */
export function download(name: string, type: string, content: BlobPart): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const a = document.createElement("a");
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
