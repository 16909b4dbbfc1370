// "Go hunt": queries about what a value names, near the time of its row.

import type { Value } from "../api/types";
import { columnName, condition, stringLiteral } from "./literal";

export interface Suggestion {
  label: string;
  name: string;
  query: string;
}

const tables = "DeviceNetworkEvents, DeviceProcessEvents, DeviceFileEvents, DeviceLogonEvents, DeviceImageLoadEvents, DeviceEvents";

const addresses = new Set(["RemoteIP", "LocalIP", "id.orig_h", "id.resp_h", "tx_hosts", "rx_hosts", "IPAddress", "PublicIP", "SrcIP", "Source", "Destination"]);
const names = new Set(["RemoteUrl", "server_name", "host", "query", "ServerName", "DnsQuery", "AccountName", "FileName", "SHA1", "SHA256", "MD5", "InitiatingProcessFileName", "InitiatingProcessSHA1", "InitiatingProcessSHA256"]);

/** The rows within a time of a row's own: a search's first lines. */
function near(row: Record<string, Value>, span: string): { head: string; when: string } {
  const time = row.Timestamp ?? row.ts;
  if (typeof time !== "string") return { head: `search in (${tables})\n`, when: "" };
  return { head: `let seen = datetime(${time});\nsearch in (${tables})\nTimestamp between ((seen - ${span}) .. (seen + ${span})) and `, when: ", 1 hour around" };
}

/** All rows of a connection, of Defender's table and of Zeek's logs. */
export function connectionQuery(uid: string): string {
  const s = stringLiteral(uid);
  return `union withsource = Table\n  (DeviceNetworkEvents | where tostring(todynamic(AdditionalFields).uid) == ${s}),\n  (ZeekConn | where uid == ${s} | extend Timestamp = ts)\n| sort by Timestamp asc`;
}

export const eventLabel = "The device's events, 30 minutes around";

/** The events of a device around one of them, each with what it is to that one. */
export function eventQuery(row: Record<string, Value>): string | undefined {
  const { Timestamp: time, DeviceId: device } = row;
  if (typeof time !== "string" || typeof device !== "string" || device === "") return undefined;
  return `let seen = datetime(${time});
search in (${tables})
Timestamp between ((seen - 30m) .. (seen + 30m)) and DeviceId == ${stringLiteral(device)}
| extend Relevance = iff(Timestamp == seen, "Selected event", iff(Timestamp < seen, "Earlier event", "Later event"))
| extend Distance = iff(Timestamp < seen, seen - Timestamp, Timestamp - seen)
| top 100 by Distance asc
| project-away Distance
| project-reorder Relevance, Timestamp
| sort by Timestamp asc`;
}

/** What to hunt for from a value of a row. */
export function goHunt(column: string, value: Value, row: Record<string, Value>): Suggestion[] {
  if (typeof value !== "string" || value === "") return [];
  const { head, when } = near(row, "1h");
  const found = (what: string): Suggestion[] => [{ label: `${what}${when}`, name: `Go hunt: ${value}`, query: `${head}${stringLiteral(value)}\n| sort by Timestamp desc` }];
  if (column === "DeviceId" || column === "DeviceName") return [{ label: `This device${when}`, name: `Go hunt: ${value}`, query: `${head}${condition(columnName(column), "string", "==", value)}\n| sort by Timestamp desc` }];
  if (column === "uid") return [{ label: "All rows of this connection", name: value, query: connectionQuery(value) }];
  if (column === "Timestamp" || column === "ReportId") {
    const query = eventQuery(row);
    return query ? [{ label: eventLabel, name: "Go hunt: event", query }] : [];
  }
  if (addresses.has(column)) return found("This address");
  return names.has(column) ? found("This value") : [];
}
