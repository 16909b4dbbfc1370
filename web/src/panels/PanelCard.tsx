import { Link, makeStyles, mergeClasses, Subtitle2, tokens, Tooltip } from "@fluentui/react-components";
import { CodeRegular } from "@fluentui/react-icons";
import type { CSSProperties, MouseEvent, ReactNode } from "react";
import { useApp } from "../app/context";
import { addressOf, navigate } from "../app/router";
import type { Column, Panel, Value } from "../api/types";
import { formatBytes, formatCount, formatValue, type Zone } from "../format/value";
import { encodeQuery } from "../kql/share";
import { drill, rowOf } from "./drill";

const useStyles = makeStyles({
  card: { minWidth: 0, backgroundColor: tokens.colorNeutralBackground1, border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusLarge, padding: "10px 12px", display: "flex", flexDirection: "column" },
  title: { display: "flex", alignItems: "center", justifyContent: "space-between", paddingBottom: "6px" },
  scroll: { overflow: "auto", minHeight: 0, flex: 1 },
  table: { width: "100%", borderCollapse: "collapse", fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground1 },
  head: { textAlign: "left", fontWeight: tokens.fontWeightSemibold, color: tokens.colorNeutralForeground2, padding: "3px 6px", position: "sticky", top: 0, backgroundColor: tokens.colorNeutralBackground1, whiteSpace: "nowrap" },
  cell: { padding: "3px 6px", borderTop: `1px solid ${tokens.colorNeutralStroke3}`, maxWidth: "340px", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  first: { maxWidth: 0, minWidth: "17ch", width: "50%" },
  number: { textAlign: "right", fontVariantNumeric: "tabular-nums" },
  row: { ":hover": { backgroundColor: tokens.colorNeutralBackground1Hover } },
  none: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
});

/** The address of the hunting page with a query, which runs at once. */
export function huntAddress(query: string, name: string): string {
  return addressOf("hunting", { query: encodeQuery(query), runQuery: "true", name });
}

/** A link to the hunting page with a query. */
export function HuntLink({ query, name, children, label }: { query: string; name: string; children: ReactNode; label?: string }) {
  const address = huntAddress(query, name);
  return (
    <Link href={address} aria-label={label} onClick={(e: MouseEvent) => follow(e, address)}>
      {children}
    </Link>
  );
}

/** Follows a link within the page, unless the user wants another tab. */
export function follow(e: MouseEvent, address: string): void {
  if (e.ctrlKey || e.metaKey || e.shiftKey || e.button !== 0) return;
  e.preventDefault();
  navigate(address);
}

/** A card with a title and a link to its query. */
export function Card({ panel, children }: { panel: Panel; children: ReactNode }) {
  const styles = useStyles();
  return (
    <section className={styles.card} aria-label={panel.title}>
      <div className={styles.title}>
        <Subtitle2 as="h2">{panel.title}</Subtitle2>
        <Tooltip content="Open the query" relationship="description">
          <span>
            <HuntLink query={panel.query} name={panel.title} label={`Open the query of ${panel.title}`}>
              <CodeRegular fontSize={18} />
            </HuntLink>
          </span>
        </Tooltip>
      </div>
      {children}
    </section>
  );
}

/** A panel as a table; the first value of a row leads to what is behind it. */
export function PanelCard({ panel, device = "" }: { panel: Panel; device?: string }) {
  const styles = useStyles();
  const { zone } = useApp();
  // The first number is also drawn, as its share of the greatest.
  const bar = panel.columns.findIndex(isNumber);
  const most = Math.max(1, ...panel.rows.map((r) => Number(r[bar] ?? 0)));
  return (
    <Card panel={panel}>
      {panel.rows.length === 0 ? (
        <span className={styles.none}>Nothing seen</span>
      ) : (
        <div className={styles.scroll} tabIndex={0} role="region" aria-label={`${panel.title}, rows`}>
          <table className={styles.table}>
            <thead>
              <tr>
                {panel.columns.map((c) => (
                  <th key={c.name} scope="col" className={mergeClasses(styles.head, isNumber(c) && styles.number)}>
                    {c.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {panel.rows.map((r, i) => (
                <tr key={i} className={styles.row}>
                  {panel.columns.map((c, j) => {
                    const shown = cellText(c, r[j] ?? null, zone);
                    return (
                      <td key={c.name} className={mergeClasses(styles.cell, j === 0 && styles.first, isNumber(c) && styles.number)} title={shown} style={j === bar ? barStyle(Number(r[j]), most) : undefined}>
                        {j === 0 ? (
                          <HuntLink query={drill(panel, rowOf(panel, r), device)} name={shown || panel.title}>
                            {shown || "(none)"}
                          </HuntLink>
                        ) : (
                          shown
                        )}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function barStyle(n: number, most: number): CSSProperties {
  const share = Math.round((100 * n) / most);
  return { backgroundImage: `linear-gradient(to left, ${tokens.colorBrandBackground2} ${share}%, transparent ${share}%)` };
}

const isNumber = (c: Column) => (c.type === "long" || c.type === "int" || c.type === "real") && !/^(Local|Remote)?Port$/.test(c.name);

function cellText(c: Column, v: Value, zone: Zone): string {
  if (typeof v === "number" && isNumber(c)) return c.name === "Bytes" ? formatBytes(v) : formatCount(v);
  if (Array.isArray(v)) return v.map(String).join(", ");
  return formatValue(v, c.type, zone).slice(0, c.type === "datetime" ? 19 : 300);
}
