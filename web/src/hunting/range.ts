// The time range of a query, which holds on top of what the query says.

import type { QueryRequest } from "../api/types";

export interface Range {
  kind: "query" | "hour" | "day" | "week" | "month" | "custom";
  /** For custom: ISO times, "" for open. */
  from?: string;
  to?: string;
  /** Count from the newest event, not from the clock: for old captures. */
  latest: boolean;
}

export const defaultRange: Range = { kind: "query", latest: true };

export const rangeNames: Record<Range["kind"], string> = {
  query: "Set in query",
  hour: "Last hour",
  day: "Last 24 hours",
  week: "Last 7 days",
  month: "Last 30 days",
  custom: "Custom range",
};

const durations: Partial<Record<Range["kind"], string>> = { hour: "PT1H", day: "P1D", week: "P7D", month: "P30D" };

export function isRange(v: unknown): v is Range {
  const r = v as Range | null;
  return typeof r === "object" && r !== null && r.kind in rangeNames && typeof r.latest === "boolean";
}

/** What a request carries for a range. */
export function rangeRequest(r: Range): Partial<QueryRequest> {
  const out: Partial<QueryRequest> = {};
  if (r.latest) out.now = "latest";
  const last = durations[r.kind];
  if (last) out.last = last;
  if (r.kind === "custom") {
    if (r.from) out.from = r.from;
    if (r.to) out.to = r.to;
  }
  return out;
}

/** The label of a range in the bar. */
export function rangeLabel(r: Range): string {
  if (r.kind !== "custom") return rangeNames[r.kind];
  const short = (iso?: string) => (iso ? iso.replace("T", " ").slice(0, 16) : "…");
  return `${short(r.from)} – ${short(r.to)}`;
}

/** The range of a link's timeRangeId, as Defender's links have it. */
export function rangeOfLink(id: string | null): Range["kind"] | undefined {
  return id !== null && ["hour", "day", "week", "month"].includes(id) ? (id as Range["kind"]) : undefined;
}
