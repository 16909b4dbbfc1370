// Several queries in one editor are separated by blank lines.

/** A query of an editor's text: text.slice(start, end), without blank edges. */
export interface Block {
  start: number;
  end: number;
}

/**
 * Splits a text into queries at blank lines.  What plainly belongs together
 * stays together, as published queries have it: a statement that ends in ";"
 * with what follows, a line that starts with "|" with what is before, a
 * comment with what follows.
 */
export function blocks(text: string): Block[] {
  const out: Block[] = [];
  let open: Block | undefined;
  let blank = false;
  let literal = false; // inside ``` ... ```, where blank lines are text
  let offset = 0;
  for (const line of text.split("\n")) {
    const start = offset;
    offset += line.length + 1;
    const empty = line.trim() === "";
    if (empty && !literal) {
      blank = true;
      continue;
    }
    if (open && blank && !joins(text.slice(open.start, open.end), line)) {
      out.push(open);
      open = undefined;
    }
    const end = start + line.trimEnd().length;
    open = { start: open?.start ?? start, end: empty ? (open?.end ?? end) : end };
    blank = false;
    if (line.split("```").length % 2 === 0) literal = !literal;
  }
  if (open) out.push(open);
  return out;
}

function joins(before: string, line: string): boolean {
  if (line.trimStart().startsWith("|")) return true;
  const code = before
    .split("\n")
    .map((l) => l.trim())
    .filter((l) => l !== "" && !l.startsWith("//"));
  const last = code.at(-1);
  return last === undefined || withoutComment(last).endsWith(";");
}

/** A line without the comment at its end; "//" in a string is none. */
function withoutComment(line: string): string {
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const c = line.charAt(i);
    if (quote) {
      if (c === "\\") i++;
      else if (c === quote) quote = "";
    } else if (c === '"' || c === "'") quote = c;
    else if (c === "/" && line.charAt(i + 1) === "/") return line.slice(0, i).trimEnd();
  }
  return line;
}

/** The query at an offset; between two, the one before; none in an empty text. */
export function blockAt(text: string, offset: number): Block | undefined {
  const all = blocks(text);
  return all.findLast((b) => b.start <= offset) ?? all[0];
}
