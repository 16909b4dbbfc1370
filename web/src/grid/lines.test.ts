import { describe, expect, it } from "vitest";
import { detailHeight, lineAt, lineTop, makeLines, rowHeight, totalHeight } from "./lines";

const none = { closed: new Set<string>(), expanded: new Set<number>() };

describe("lines", () => {
  it("are the rows", () => {
    const l = makeLines([3, 1], none);
    expect([...l.at]).toEqual([3, 1]);
    expect(totalHeight(l)).toBe(2 * rowHeight);
  });

  it("have heads where they are grouped", () => {
    const names = ["a", "b", "a", "b", "c"];
    const l = makeLines([0, 1, 2, 3, 4], { ...none, textOf: (r) => names[r] ?? "", closed: new Set(["b"]) });
    expect([...l.at]).toEqual([-1, 0, 2, -2, -3, 4]);
    expect(l.groups).toEqual([
      { text: "a", count: 2, open: true },
      { text: "b", count: 2, open: false },
      { text: "c", count: 1, open: true },
    ]);
  });

  it("leave room for details", () => {
    const l = makeLines([5, 6, 7], { ...none, expanded: new Set([6, 99]) });
    expect(l.details).toEqual([1]);
    expect([0, 1, 2].map((i) => lineTop(l, i))).toEqual([0, rowHeight, 2 * rowHeight + detailHeight]);
    expect(totalHeight(l)).toBe(3 * rowHeight + detailHeight);
  });

  it.each([
    [-5, 0],
    [0, 0],
    [rowHeight, 1],
    [2 * rowHeight + detailHeight - 1, 1],
    [2 * rowHeight + detailHeight, 2],
    [1e9, 2],
  ])("is found at %d", (y, want) => expect(lineAt(makeLines([5, 6, 7], { ...none, expanded: new Set([6]) }), y)).toBe(want));

  it("may be none", () => {
    const l = makeLines([], none);
    expect([lineAt(l, 10), totalHeight(l)]).toEqual([0, 0]);
  });
});
