import { expect, it } from "vitest";
import { actionMeaning } from "./actions";

it.each([
  ["SshConnectionInspected", /SSH session/],
  ["ModbusConnectionInspected", /MODBUS/],
  ["constructor", /^$/],
  ["Other", /^$/],
])("%s", (action, want) => expect(actionMeaning(action)).toMatch(want));
