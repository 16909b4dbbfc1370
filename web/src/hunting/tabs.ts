// The query tabs, which survive a reload.

import { load, store } from "../app/storage";
import type { Range } from "./range";
import { defaultRange, isRange } from "./range";

export interface Tab {
  id: string;
  name: string;
  text: string;
  range: Range;
  /** The saved query that the tab shows, if any. */
  saved?: string;
}

export interface Tabs {
  list: Tab[];
  active: string;
}

export type TabAction =
  | { do: "new"; text?: string; name?: string; saved?: string; range?: Range }
  | { do: "close"; id: string }
  | { do: "select"; id: string }
  | { do: "rename"; id: string; name: string; saved?: string }
  | { do: "text"; id: string; text: string }
  | { do: "range"; id: string; range: Range };

export function tabsReducer(tabs: Tabs, a: TabAction): Tabs {
  const change = (id: string, f: (t: Tab) => Tab): Tabs => ({ ...tabs, list: tabs.list.map((t) => (t.id === id ? f(t) : t)) });
  switch (a.do) {
    case "new": {
      const tab = newTab(tabs.list, a.text ?? "", a.name);
      if (a.saved) tab.saved = a.saved;
      if (a.range) tab.range = a.range;
      return { list: [...tabs.list, tab], active: tab.id };
    }
    case "close": {
      const at = tabs.list.findIndex((t) => t.id === a.id);
      let list = tabs.list.filter((t) => t.id !== a.id);
      if (list.length === 0) list = [newTab([], "")];
      const active = tabs.active === a.id ? (list[Math.min(at, list.length - 1)]?.id ?? "") : tabs.active;
      return { list, active };
    }
    case "select":
      return { ...tabs, active: a.id };
    case "rename":
      return change(a.id, (t) => ({ ...t, name: a.name, ...(a.saved ? { saved: a.saved } : {}) }));
    case "text":
      return change(a.id, (t) => (t.text === a.text ? t : { ...t, text: a.text }));
    case "range":
      return change(a.id, (t) => ({ ...t, range: a.range }));
  }
}

function newTab(others: Tab[], text: string, name?: string): Tab {
  let n = others.length + 1;
  while (others.some((t) => t.name === `New query ${n}`)) n++;
  return { id: crypto.randomUUID(), name: name || (n === 1 ? "New query" : `New query ${n}`), text, range: others.at(-1)?.range ?? defaultRange };
}

const welcome = `// Connections that the protocol analyzers inspected, by ActionType.
// Shift+Enter runs the query at the cursor; a blank line ends a query.
DeviceNetworkEvents
| where ActionType contains "Inspected"
| summarize Rows = count(), Devices = dcount(DeviceId) by ActionType
| sort by Rows desc

DeviceNetworkEvents
| where ActionType == "SshConnectionInspected"
| extend Fields = todynamic(AdditionalFields)
| project Timestamp, DeviceName, LocalIP, RemoteIP, Server = tostring(Fields.server), Client = tostring(Fields.client), AdditionalFields
`;

export function loadTabs(): Tabs {
  const kept = load<Tabs | undefined>("tabs", undefined, isTabs);
  if (kept) return kept;
  const first = newTab([], welcome);
  return { list: [first], active: first.id };
}

export function storeTabs(tabs: Tabs): void {
  store("tabs", tabs);
}

function isTabs(v: unknown): boolean {
  const t = v as Tabs | null;
  return (
    typeof t === "object" &&
    t !== null &&
    Array.isArray(t.list) &&
    t.list.length > 0 &&
    t.list.every((x) => typeof x?.id === "string" && typeof x.name === "string" && typeof x.text === "string" && isRange(x.range)) &&
    t.list.some((x) => x.id === t.active)
  );
}
