// The members of AdditionalFields, which is JSON text whose values are texts
// that may be JSON again.

import type { Value } from "../api/types";

export interface Member {
  name: string;
  /** The value as one text. */
  text: string;
  /** The elements, if the value is a list. */
  list?: string[];
}

const asText = (v: unknown): string => (typeof v === "string" ? v : (JSON.stringify(v) ?? ""));

/** The members of a bag, or undefined if the value is none. */
export function parseBag(v: Value): Member[] | undefined {
  let bag: unknown = v;
  if (typeof v === "string") {
    if (!v.trimStart().startsWith("{")) return undefined;
    try {
      bag = JSON.parse(v);
    } catch {
      return undefined;
    }
  }
  if (bag === null || typeof bag !== "object" || Array.isArray(bag)) return undefined;
  return Object.entries(bag).map(([name, value]) => {
    const list = listOf(value);
    return list ? { name, text: list.join(", "), list } : { name, text: asText(value) };
  });
}

function listOf(v: unknown): string[] | undefined {
  if (Array.isArray(v)) return v.map(asText);
  if (typeof v !== "string" || !v.startsWith("[") || !v.endsWith("]")) return undefined;
  try {
    const list: unknown = JSON.parse(v);
    return Array.isArray(list) ? list.map(asText) : undefined;
  } catch {
    return undefined;
  }
}
