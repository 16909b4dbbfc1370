// Share links carry a query as Defender's do:
// ?query= base64url of gzip of UTF-16 (little endian) text.

import { gunzipSync, gzipSync } from "fflate";

const maxBytes = 1 << 20;

/** The value of ?query= for a text. */
export function encodeQuery(text: string): string {
  const utf16 = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    utf16[2 * i] = c & 0xff;
    utf16[2 * i + 1] = c >> 8;
  }
  let binary = "";
  for (const b of gzipSync(utf16, { level: 9, mtime: 0 })) binary += String.fromCharCode(b);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The text of a ?query= value, or undefined if it is none. */
export function decodeQuery(value: string): string | undefined {
  try {
    const binary = atob(value.replaceAll("-", "+").replaceAll("_", "/").replaceAll(" ", "+"));
    const packed = Uint8Array.from(binary, (c) => c.charCodeAt(0));
    // The last four bytes of gzip are the size: a link must not fill memory.
    const size = new DataView(packed.buffer).getUint32(packed.length - 4, true);
    if (size > maxBytes) return undefined;
    return new TextDecoder("utf-16le", { fatal: true }).decode(gunzipSync(packed));
  } catch {
    return undefined;
  }
}
