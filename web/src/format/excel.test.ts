import { strFromU8, unzipSync } from "fflate";
import { expect, it } from "vitest";
import { toExcel } from "./excel";

function sheetOf(book: Uint8Array): string {
  const file = unzipSync(book)["xl/worksheets/sheet1.xml"];
  return file ? strFromU8(file) : "";
}

it("writes values by their type", () => {
  const sheet = sheetOf(
    toExcel(
      [
        { name: "Time", type: "datetime" },
        { name: "N", type: "long" },
        { name: "Ok", type: "bool" },
        { name: "Text", type: "string" },
        { name: "Bag", type: "dynamic" },
      ],
      [
        ["2026-11-21T12:00:00Z", 5, true, "=1+1", { a: "<b>" }],
        [null, "9223372036854775807", false, "", null],
      ],
    ),
  );
  expect(sheet).toContain('<c s="2"><v>46347.5</v></c><c><v>5</v></c><c t="b"><v>1</v></c>');
  // A text is a text, whatever it starts with.
  expect(sheet).toContain('<c t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c>');
  expect(sheet).toContain('{"a":"&lt;b&gt;"}');
  expect(sheet).toContain('<t xml:space="preserve">9223372036854775807</t>');
  expect(sheet).not.toContain("<f>");
});

it.each([
  ["a\u0001b", "a_x0001_b"],
  ["_x0041_", "_x005F_x0041_"],
  ["\ud800x", "_xD800_x"],
  ["😀\n", "😀\n"],
])("writes %j", (text, want) => expect(sheetOf(toExcel([{ name: "A", type: "string" }], [[text]]))).toContain(`>${want}</t>`));

it("has the parts that Excel wants", () => {
  expect(Object.keys(unzipSync(toExcel([], []))).sort()).toEqual(["[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"]);
});

it("holds more rows than are written at once", () => {
  const sheet = sheetOf(toExcel([{ name: "A", type: "int" }], Array.from({ length: 2500 }, (_, i) => [i])));
  expect(sheet.match(/<row>/g)).toHaveLength(2501);
});
