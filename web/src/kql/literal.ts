// KQL text made from values: literals, and conditions added to a query.

import type { ColumnType, Value } from "../api/types";

/** A string literal of KQL. */
export function stringLiteral(s: string): string {
  if (s.includes("\\") && !/["\r\n\t\0]/.test(s)) return `@"${s}"`;
  const escaped = s.replace(/[\\"\r\n\t\u0000-\u001f\u007f\u2028\u2029]/g, (c) => {
    switch (c) {
      case "\\":
        return "\\\\";
      case '"':
        return '\\"';
      case "\n":
        return "\\n";
      case "\r":
        return "\\r";
      case "\t":
        return "\\t";
    }
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}

/** A column's name as a query can write it. */
export function columnName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `[${stringLiteral(name).replace(/^@/, "")}]`;
}

/** A member of a bag in KQL: `todynamic(AdditionalFields).uri`. */
export function memberPath(column: string, type: ColumnType, member: string): string {
  const bag = type === "dynamic" ? columnName(column) : `todynamic(${columnName(column)})`;
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(member) ? `${bag}.${member}` : `${bag}[${stringLiteral(member)}]`;
}

export type Operator = "==" | "!=" | "contains" | "!contains" | "startswith" | "endswith";

/** A condition that a value fulfils, or with "!=" does not. */
export function condition(column: string, type: ColumnType, op: Operator, value: Value): string {
  const name = columnName(column);
  if (value === null || (value === "" && type === "string")) {
    const fn = type === "string" ? "isempty" : "isnull";
    return op === "!=" ? `not(${fn}(${name}))` : `${fn}(${name})`;
  }
  if (op !== "==" && op !== "!=") return `${name} ${op} ${stringLiteral(asText(value))}`;
  switch (type) {
    case "datetime":
      return `${name} ${op} datetime(${asText(value)})`;
    case "timespan":
      return `${name} ${op} timespan(${asText(value)})`;
    case "guid":
      return `${name} ${op} guid(${asText(value)})`;
    case "decimal":
      return `${name} ${op} decimal(${asText(value)})`;
    case "real":
      return `${name} ${op} ${typeof value === "string" ? `real(${value === "Infinity" ? "+inf" : value === "-Infinity" ? "-inf" : "nan"})` : asText(value)}`;
    case "bool":
    case "int":
    case "long":
      return `${name} ${op} ${asText(value)}`;
    case "dynamic":
      return `tostring(${name}) ${op} ${stringLiteral(asText(value))}`;
  }
  return `${name} ${op} ${stringLiteral(asText(value))}`;
}

function asText(v: Value): string {
  return typeof v === "string" ? v : typeof v === "object" ? JSON.stringify(v) : String(v);
}

/** A query with one more step; before a `render`, which must stay last. */
export function addStep(query: string, step: string): string {
  const text = query.replace(/[\s;]+$/, "");
  const render = /\n?[ \t]*\|\s*render\b[^|]*$/.exec(text);
  if (render) return `${text.slice(0, render.index)}\n| ${step}\n${render[0].trim()}`;
  return `${text}\n| ${step}`;
}
