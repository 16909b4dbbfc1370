// Excel workbooks (ECMA-376, Office Open XML) of one sheet.

import { strToU8, Zip, ZipDeflate } from "fflate";
import type { Column, ColumnType, Value } from "../api/types";
import { plainText } from "./value";

const maxRows = 1_048_576; // of a sheet
const maxText = 32_767; // characters of a cell
const rowsAtOnce = 1000;

const start = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const packageTypes = "application/vnd.openxmlformats-officedocument.spreadsheetml";

// What Excel wants beside the sheet.  Style 1 is bold, 2 a time.
const parts: Record<string, string> = {
  "[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${packageTypes}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${packageTypes}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${packageTypes}.styles+xml"/></Types>`,
  "_rels/.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  "xl/workbook.xml": `<workbook ${main} xmlns:r="${office}"><sheets><sheet name="Results" sheetId="1" r:id="r1"/></sheets></workbook>`,
  "xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
  "xl/styles.xml": `<styleSheet ${main}><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss.000"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>`,
};

/** A workbook; rows that a sheet cannot hold are left out. */
export function toExcel(columns: Column[], allRows: Value[][]): Uint8Array<ArrayBuffer> {
  const rows = allRows.slice(0, maxRows - 1);
  const out: Uint8Array[] = [];
  const zip = new Zip((error, bytes) => {
    if (error) throw error;
    out.push(bytes);
  });
  for (const [name, text] of Object.entries(parts)) {
    const file = new ZipDeflate(name);
    zip.add(file);
    file.push(strToU8(start + text), true);
  }
  const sheet = new ZipDeflate("xl/worksheets/sheet1.xml", { level: 3 });
  zip.add(sheet);
  const widths = columns.map((c, i) => `<col min="${i + 1}" max="${i + 1}" width="${c.type === "datetime" ? 24 : Math.min(60, Math.max(10, c.name.length + 4))}" customWidth="1"/>`).join("");
  const pane = '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>';
  sheet.push(strToU8(`${start}<worksheet ${main}>${pane}${widths ? `<cols>${widths}</cols>` : ""}<sheetData><row>${columns.map((c) => textCell(c.name, ' s="1"')).join("")}</row>`));
  for (let i = 0; i < rows.length; i += rowsAtOnce) {
    const text = rows.slice(i, i + rowsAtOnce).map((r) => `<row>${columns.map((c, j) => cell(r[j] ?? null, c.type)).join("")}</row>`);
    sheet.push(strToU8(text.join("")));
  }
  sheet.push(strToU8("</sheetData></worksheet>"), true);
  zip.end();
  const all = new Uint8Array(out.reduce((n, b) => n + b.length, 0));
  let at = 0;
  for (const b of out) {
    all.set(b, at);
    at += b.length;
  }
  return all;
}

function cell(v: Value, type: ColumnType): string {
  if (v === null || v === "") return "<c/>";
  if (type === "bool" && typeof v === "boolean") return `<c t="b"><v>${v ? 1 : 0}</v></c>`;
  // Excel keeps 15 digits; longer numbers stay whole as texts.
  if (typeof v === "number" && Number.isFinite(v) && (!Number.isInteger(v) || Math.abs(v) < 1e15)) return `<c><v>${v}</v></c>`;
  if (type === "datetime") {
    const serial = Date.parse(String(v)) / 86_400_000 + 25_569; // days since 1899-12-30
    if (serial >= 61) return `<c s="2"><v>${serial}</v></c>`;
  }
  return textCell(plainText(v), "");
}

function textCell(text: string, style: string): string {
  return `<c t="inlineStr"${style}><is><t xml:space="preserve">${xml(text.slice(0, maxText))}</t></is></c>`;
}

/** Text of XML; what XML cannot hold is written as _xHHHH_, as Excel does. */
function xml(s: string): string {
  return s
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_")
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, (c) => `_x${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}_`)
    .replace(/[&<>]/g, (c) => (c === "&" ? "&amp;" : c === "<" ? "&lt;" : "&gt;"));
}
