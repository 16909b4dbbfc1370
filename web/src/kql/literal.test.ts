import { expect, it } from "vitest";
import type { ColumnType, Value } from "../api/types";
import { addStep, columnName, condition, memberPath, type Operator, stringLiteral } from "./literal";

it.each([
  ["plain", '"plain"'],
  ['say "hi"', '"say \\"hi\\""'],
  ["C:\\Windows", '@"C:\\Windows"'],
  ['a\\"b', '"a\\\\\\"b"'],
  ["two\nlines", '"two\\nlines"'],
  ["\u0001", '"\\u0001"'],
])("literal of %j", (s, want) => expect(stringLiteral(s)).toBe(want));

it.each<[string, ColumnType, Operator, Value, string]>([
  ["RemoteIP", "string", "==", "10.0.0.1", 'RemoteIP == "10.0.0.1"'],
  ["id.resp_h", "string", "!=", "x", '["id.resp_h"] != "x"'],
  ["RemotePort", "int", "==", 443, "RemotePort == 443"],
  ["Timestamp", "datetime", "==", "2026-01-01T00:00:00Z", "Timestamp == datetime(2026-01-01T00:00:00Z)"],
  ["Took", "timespan", "!=", "00:00:01", "Took != timespan(00:00:01)"],
  ["Url", "string", "==", "", "isempty(Url)"],
  ["Pid", "long", "!=", null, "not(isnull(Pid))"],
  ["Ok", "bool", "==", true, "Ok == true"],
  ["Bag", "dynamic", "==", { a: 1 }, 'tostring(Bag) == "{\\"a\\":1}"'],
  ["Url", "string", "contains", "evil", 'Url contains "evil"'],
  ["R", "real", "==", "NaN", "R == real(nan)"],
])("%s %s %s %j", (column, type, op, value, want) => expect(condition(column, type, op, value)).toBe(want));

it("writes names that need it in brackets", () => {
  expect(columnName("RemoteIP")).toBe("RemoteIP");
  expect(columnName("a b")).toBe('["a b"]');
  expect(memberPath("AdditionalFields", "string", "uri")).toBe("todynamic(AdditionalFields).uri");
  expect(memberPath("Bag", "dynamic", "a-b")).toBe('Bag["a-b"]');
});

it("adds steps", () => {
  expect(addStep("T\n| take 1;\n", "where x == 1")).toBe("T\n| take 1\n| where x == 1");
  expect(addStep("T | summarize count() by A\n| render piechart", "where A == 1")).toBe("T | summarize count() by A\n| where A == 1\n| render piechart");
});
