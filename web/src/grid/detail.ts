// The details of an expanded row: all its values, JSON taken apart.

import type { Column, Value } from "../api/types";
import { parseBag } from "../details/bag";
import { fieldLabel } from "../details/fields";
import { formatValue, type Zone } from "../format/value";

const most = 4000; // characters of a value

/** An element with the values of a row; texts from packets stay texts. */
export function detailElement(columns: Column[], row: Value[], zone: Zone): HTMLElement {
  const list = document.createElement("dl");
  const action = String(row[columns.findIndex((c) => c.name === "ActionType")] ?? "");
  const add = (name: string, text: string, title: string, nested: boolean) => {
    const item = document.createElement("div");
    if (nested) item.dataset.nested = "1";
    const dt = document.createElement("dt");
    dt.textContent = name;
    dt.title = title;
    const dd = document.createElement("dd");
    dd.textContent = text.slice(0, most);
    item.append(dt, dd);
    list.append(item);
  };
  columns.forEach((c, i) => {
    const value = row[i] ?? null;
    if (value === null || value === "") return;
    const bag = parseBag(value);
    if (!bag) return add(c.name, formatValue(value, c.type, zone), c.type, false);
    for (const m of bag) add(fieldLabel(action, m.name), m.text, `${c.name}.${m.name}`, true);
  });
  list.tabIndex = 0;
  list.setAttribute("aria-label", "Values of the row");
  return list;
}
