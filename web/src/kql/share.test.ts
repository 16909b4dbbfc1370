import { expect, it } from "vitest";
import { decodeQuery, encodeQuery } from "./share";

it.each(["", "DeviceNetworkEvents\n| take 10", "print 'Grüße 🦈 <script>'"])("round trip of %j", (text) => {
  const value = encodeQuery(text);
  expect(value).toMatch(/^[A-Za-z0-9_-]*$/);
  expect(decodeQuery(value)).toBe(text);
});

it("reads what .NET's GZipStream wrote, with padding", () => {
  // "print 1" in UTF-16, gzip with another operating system byte.
  const bytes = atob(encodeQuery("print 1").replaceAll("-", "+").replaceAll("_", "/"));
  const dotnet = bytes.slice(0, 9) + "\u000a" + bytes.slice(10);
  expect(decodeQuery(btoa(dotnet))).toBe("print 1");
});

it.each(["", "!!!", "AAAA", "H4sIAAAAAAAA"])("refuses %j", (value) => {
  expect(decodeQuery(value) ?? "").toBe("");
});
