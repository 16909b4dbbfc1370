import { expect, it } from "vitest";
import type { Schema } from "../api/types";
import { schemaNodes } from "./schemaNodes";

const schema: Schema = {
  database: "d",
  functions: [],
  tables: [
    {
      name: "DeviceNetworkEvents",
      group: "Devices",
      doc: "",
      hasRows: true,
      columns: [
        { name: "ActionType", type: "string" },
        { name: "RemoteIP", type: "string" },
      ],
      actionTypes: [{ name: "SshConnectionInspected", hasRows: true }],
    },
    { name: "ZeekConn", group: "Zeek", doc: "", hasRows: false, columns: [{ name: "uid", type: "string" }] },
  ],
};

const names = (open: string[], search: string) => schemaNodes(schema, new Set(open), search).map((n) => n.name);

it("shows what is open", () => {
  expect(names([], "")).toEqual(["Devices", "Zeek"]);
  expect(names(["g:Devices", "t:DeviceNetworkEvents"], "")).toEqual(["Devices", "DeviceNetworkEvents", "Action types (1)", "ActionType", "RemoteIP", "Zeek"]);
});

it("finds tables, columns and action types", () => {
  expect(names([], "remoteip")).toEqual(["Devices", "DeviceNetworkEvents", "RemoteIP"]);
  expect(names([], "ssh")).toEqual(["Devices", "DeviceNetworkEvents", "Action types (1)", "SshConnectionInspected"]);
  expect(names([], "zeek")).toEqual(["Zeek", "ZeekConn"]);
  expect(names([], "nothing")).toEqual([]);
});
