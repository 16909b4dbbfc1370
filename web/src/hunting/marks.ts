// A click on a mark of a chart becomes a step of the query.

import type { Column } from "../api/types";
import { condition } from "../kql/literal";
import type { ChartChoice } from "./chart";
import type { Clicked } from "../panels/EChart";

/** The steps that keep the rows of a mark. */
export function markStep(c: Clicked, choice: ChartChoice, columns: Column[]): string[] {
  const conditions: string[] = [];
  const x = columns[choice.x];
  if (x) {
    const at = Array.isArray(c.value) ? (c.value[choice.kind === "barchart" ? 1 : 0] as unknown) : c.name;
    if (x.type === "datetime" && typeof at === "number") conditions.push(condition(x.name, "datetime", "==", new Date(at).toISOString()));
    else if (x.type === "string" && at !== "Other") conditions.push(condition(x.name, "string", "==", at === "(empty)" ? "" : String(at)));
  }
  const series = choice.series === undefined ? undefined : columns[choice.series];
  if (series?.type === "string" && c.series) conditions.push(condition(series.name, "string", "==", c.series === "(empty)" ? "" : c.series));
  return conditions.length > 0 ? [`where ${conditions.join(" and ")}`] : [];
}
