// The schema as the lines of a tree.

import type { Schema, Table } from "../api/types";
import { actionMeaning } from "../details/actions";

export interface Node {
  key: string;
  kind: "group" | "table" | "actions" | "column" | "action";
  name: string;
  level: number;
  doc?: string;
  type?: string;
  /** Missing for lines that do not open. */
  open?: boolean;
  /** True for what has no rows now. */
  empty?: boolean;
}

/** The lines to show: what is open, or what a search finds. */
export function schemaNodes(schema: Schema | undefined, open: ReadonlySet<string>, search: string, starred: (table: string) => boolean = () => false): Node[] {
  const out: Node[] = [];
  if (!schema) return out;
  const wanted = search.trim().toLowerCase();
  const groups = new Map<string, Table[]>();
  const favourites = schema.tables.filter((t) => starred(t.name));
  if (favourites.length > 0) groups.set("Favourites", favourites);
  for (const t of schema.tables) groups.set(t.group, [...(groups.get(t.group) ?? []), t]);
  for (const [group, tables] of groups) {
    const lines = tables.flatMap((t) => tableNodes(t, open, wanted, group === "Favourites" ? "f:" : ""));
    if (wanted && lines.length === 0) continue;
    const key = `g:${group}`;
    const isOpen = wanted !== "" || open.has(key);
    out.push({ key, kind: "group", name: group, level: 0, open: isOpen });
    if (isOpen) out.push(...lines);
  }
  return out;
}

function tableNodes(t: Table, open: ReadonlySet<string>, wanted: string, prefix: string): Node[] {
  const has = (s: string) => s.toLowerCase().includes(wanted);
  const key = `${prefix}t:${t.name}`;
  const columns = wanted ? t.columns.filter((c) => has(c.name)) : t.columns;
  const actions = (t.actionTypes ?? []).filter((a) => !wanted || has(a.name));
  const found = columns.length + actions.length > 0;
  if (wanted && !found && !has(t.name)) return [];
  const isOpen = wanted ? found : open.has(key);
  const out: Node[] = [{ key, kind: "table", name: t.name, level: 1, doc: t.doc, open: isOpen, empty: !t.hasRows }];
  if (!isOpen) return out;
  if (actions.length > 0) {
    const under = `${prefix}a:${t.name}`;
    const actionsOpen = wanted !== "" || open.has(under);
    out.push({ key: under, kind: "actions", name: `Action types (${actions.length})`, level: 2, open: actionsOpen });
    if (actionsOpen) out.push(...actions.map((a): Node => ({ key: `${under}:${a.name}`, kind: "action", name: a.name, level: 3, doc: [actionMeaning(a.name), a.additionalFields?.map((m) => m.name).join(", ")].filter(Boolean).join("\n"), empty: !a.hasRows })));
  }
  out.push(...columns.map((c): Node => ({ key: `${prefix}c:${t.name}:${c.name}`, kind: "column", name: c.name, level: 2, doc: c.doc, type: c.type })));
  return out;
}
