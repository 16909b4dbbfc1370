import { describe, expect, it } from "vitest";
import { blockAt, blocks } from "./blocks";

const parts = (s: string) => blocks(s).map((b) => s.slice(b.start, b.end));

describe("blocks", () => {
  it.each<[string, string, string[]]>([
    ["empty", "", []],
    ["only space", " \n\n\t\n", []],
    ["one", "T\n| take 1\n", ["T\n| take 1"]],
    ["two", "T | take 1\n\n\nU | take 2", ["T | take 1", "U | take 2"]],
    ["let and what follows", "let a = 1; // one\n\nT | where x == a", ["let a = 1; // one\n\nT | where x == a"]],
    ["semicolon in a comment", "T // ;\n\nU", ["T // ;", "U"]],
    ["slashes in a string", 'let u = "http://x";\n\nT', ['let u = "http://x";\n\nT']],
    ["pipe after a blank line", "T\n\n| take 1", ["T\n\n| take 1"]],
    ["comment before", "// about T\n\nT", ["// about T\n\nT"]],
    ["blank in a long string", "print ```a\n\nb```\n\nU", ["print ```a\n\nb```", "U"]],
    ["carriage returns", "T\r\n\r\nU\r\n", ["T", "U"]],
  ])("%s", (_, text, want) => expect(parts(text)).toEqual(want));
});

describe("blockAt", () => {
  const text = "\nfirst\n\nsecond\n| take 1\n";
  it.each([
    [0, "first"],
    [3, "first"],
    [7, "first"],
    [8, "second\n| take 1"],
    [99, "second\n| take 1"],
  ])("offset %i", (at, want) => {
    const b = blockAt(text, at);
    expect(b && text.slice(b.start, b.end)).toBe(want);
  });
  it("is none in an empty text", () => expect(blockAt(" \n", 0)).toBeUndefined());
});
