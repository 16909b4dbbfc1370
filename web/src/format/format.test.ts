import { expect, it } from "vitest";
import { toCsv, toJson } from "./export";
import { formatBytes, formatSeconds, formatTime, formatValue } from "./value";

it("writes CSV that a spreadsheet does not run", () => {
  const csv = toCsv(
    [
      { name: "A", type: "string" },
      { name: "B", type: "long" },
    ],
    [
      ['say "hi", you', -5],
      ["=cmd|' /C calc'!A0", null],
    ],
  );
  expect(csv).toBe("\ufeffA,B\r\n\"say \"\"hi\"\", you\",-5\r\n'=cmd|' /C calc'!A0,\r\n");
});

it("writes JSON", () => {
  expect(JSON.parse(toJson([{ name: "A", type: "dynamic" }], [[{ x: [1] }]]))).toEqual([{ A: { x: [1] } }]);
});

it("formats", () => {
  expect(formatTime("2026-11-21T21:10:09.0493800Z", "utc")).toBe("2026-11-21 21:10:09.049");
  expect(formatValue(null, "long", "utc")).toBe("");
  expect(formatValue({ a: 1 }, "dynamic", "utc")).toBe('{"a":1}');
  expect(formatBytes(999)).toBe("999 B");
  expect(formatBytes(84_000)).toBe("84.0 KB");
  expect(formatSeconds(0.0042)).toBe("4.2 ms");
  expect(formatSeconds(75)).toBe("1:15 min");
});
