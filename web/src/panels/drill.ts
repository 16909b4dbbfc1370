// From a mark of a panel to the query that shows what is behind it.

import type { Panel, Value } from "../api/types";
import { plainText } from "../format/value";
import { condition, stringLiteral } from "../kql/literal";

type Row = Record<string, Value>;

/** A row of a panel by the names of its columns. */
export function rowOf(p: Panel, row: Value[]): Row {
  return Object.fromEntries(p.columns.map((c, i) => [c.name, row[i] ?? null]));
}

const events = "DeviceNetworkEvents";
const field = (name: string, v: Value) => `tostring(todynamic(AdditionalFields).${name}) == ${stringLiteral(plainText(v))}`;
const text = (column: string, v: Value) => condition(column, "string", "==", v);
const number = (column: string, v: Value) => condition(column, "long", "==", v);

/** The query behind a row; the panel's own query where a row has none. */
export function drill(p: Panel, r: Row, device = ""): string {
  const of = (table: string, conditions: string[], time = "Timestamp") => [table, ...(device && table === events ? [`| where ${text("DeviceId", device)}`] : []), ...conditions.map((c) => `| where ${c}`), `| sort by ${time} desc`].join("\n");
  switch (p.name) {
    case "actions": {
      if (p.about !== undefined) {
        const at = `datetime(${plainText(r.Time ?? null)})`;
        return of(events, [`RemoteIP == ${stringLiteral(p.about)} or LocalIP == ${stringLiteral(p.about)}`, `${text("ActionType", r.ActionType ?? "")} and Timestamp >= ${at}`]).replace("desc", "asc");
      }
      const bin = /bin\(Timestamp, (\w+)\)/.exec(p.query)?.[1] ?? "1h";
      const from = `datetime(${plainText(r.Time ?? null)})`;
      return of(events, [text("ActionType", r.ActionType ?? ""), `Timestamp >= ${from} and Timestamp < ${from} + ${bin}`]);
    }
    case "totals":
      return of(events, [text("ActionType", r.ActionType ?? "")]);
    case "talkers":
      return of("ZeekConn", [`${text("id.orig_h", r.Source ?? "")} and ${text("id.resp_h", r.Destination ?? "")}`], "ts");
    case "ports":
      return of("ZeekConn", [`${number("id.resp_p", r.Port ?? null)} and ${text("proto", r.Protocol ?? "")} and ${text("service", r.Service ?? "")}`], "ts");
    case "agents":
      return of(events, ['ActionType == "HttpConnectionInspected"', field("user_agent", r.UserAgent ?? "")]);
    case "names":
      return of("ZeekSsl", [text("server_name", r.ServerName ?? "")], "ts");
    case "failed":
      return of(events, ['ActionType in ("ConnectionFailed", "ConnectionAttempt")', `${text("LocalIP", r.LocalIP ?? "")} and ${text("RemoteIP", r.RemoteIP ?? "")}`]);
    case "peers":
      return of(events, [text("RemoteIP", r.RemoteIP ?? "")]);
    case "services":
      return of(events, ['ActionType == "InboundConnectionAccepted"', number("LocalPort", r.LocalPort ?? null)]);
    case "urls":
      return of(events, [text("RemoteUrl", r.RemoteUrl ?? "")]);
    case "connections":
      return of("ZeekConn", [`${number("id.resp_p", r.Port ?? null)} and ${text("proto", r.Protocol ?? "")} and ${text("service", r.Service ?? "")} and (${text("id.orig_h", p.about ?? "")} or ${text("id.resp_h", p.about ?? "")})`], "ts");
    case "names-of":
      return of("ZeekDns", [`tostring(answers) has ${stringLiteral(p.about ?? "")} and ${text("query", r.Query ?? "")}`], "ts");
    case "certificates":
      return of("ZeekSsl", [`${text("server_name", r.ServerName ?? "")} and (${text("id.orig_h", p.about ?? "")} or ${text("id.resp_h", p.about ?? "")})`], "ts");
    case "agents-of":
      return of("ZeekHttp", [`${text("user_agent", r.UserAgent ?? "")} and (${text("id.orig_h", p.about ?? "")} or ${text("id.resp_h", p.about ?? "")})`], "ts");
    case "devices-of":
      return of(events, [`${text("RemoteIP", p.about ?? "")} and ${text("DeviceName", r.DeviceName ?? "")}`]);
    case "tls":
      return ["ZeekSsl", ...(device ? [`| where ${text("OrigDeviceId", device)}`] : []), ...["version", "cipher", "server_name"].map((c) => `| where ${text(c, r[c] ?? "")}`), "| sort by ts desc"].join("\n");
    case "processes":
      return of(events, [`${text("InitiatingProcessFileName", r.InitiatingProcessFileName ?? "")} and ${text("InitiatingProcessFolderPath", r.InitiatingProcessFolderPath ?? "")}`]);
  }
  return p.query;
}

