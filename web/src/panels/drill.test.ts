import { expect, it } from "vitest";
import type { Panel } from "../api/types";
import { drill, rowOf } from "./drill";

const panel = (name: string, query = "T"): Panel => ({ name, title: "", query, columns: [], rows: [], seconds: 0 });

it.each([
  ["totals", { ActionType: "A" }, "", 'DeviceNetworkEvents\n| where ActionType == "A"\n| sort by Timestamp desc'],
  ["totals", { ActionType: "A" }, "d", 'DeviceNetworkEvents\n| where DeviceId == "d"\n| where ActionType == "A"\n| sort by Timestamp desc'],
  ["talkers", { Source: "1.1.1.1", Destination: "2.2.2.2" }, "", 'ZeekConn\n| where ["id.orig_h"] == "1.1.1.1" and ["id.resp_h"] == "2.2.2.2"\n| sort by ts desc'],
  ["ports", { Port: 443, Protocol: "tcp", Service: "" }, "", 'ZeekConn\n| where ["id.resp_p"] == 443 and proto == "tcp" and isempty(service)\n| sort by ts desc'],
  ["agents", { UserAgent: '"><script>' }, "", 'DeviceNetworkEvents\n| where ActionType == "HttpConnectionInspected"\n| where tostring(todynamic(AdditionalFields).user_agent) == "\\"><script>"\n| sort by Timestamp desc'],
  ["other", {}, "", "T"],
])("%s", (name, row, device, want) => expect(drill(panel(name), row, device)).toBe(want));

it("takes the bin of the chart", () => {
  const p = panel("actions", "DeviceNetworkEvents | summarize count() by bin(Timestamp, 15m)");
  expect(drill(p, { Time: "2026-01-01T00:00:00Z", ActionType: "A" })).toContain("Timestamp < datetime(2026-01-01T00:00:00Z) + 15m");
});

it("names values", () => {
  expect(rowOf({ ...panel("x"), columns: [{ name: "A", type: "long" }] }, [3])).toEqual({ A: 3 });
});
