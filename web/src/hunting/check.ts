// What the compiler says about the queries of an editor while they are
// written.

import { api } from "../api/api";
import type { Diagnostic } from "../api/types";
import { blocks } from "../kql/blocks";

const maxBlocks = 30;
const maxKept = 200;

/** Checks each query of a text once. */
export class Checker {
  private known = new Map<string, Diagnostic[]>();
  private under?: AbortController;

  /** The diagnostics of a text at its own offsets; undefined if a newer text came. */
  async check(text: string): Promise<Diagnostic[] | undefined> {
    this.under?.abort();
    const under = new AbortController();
    this.under = under;
    const out: Diagnostic[] = [];
    for (const b of blocks(text).slice(0, maxBlocks)) {
      const query = text.slice(b.start, b.end);
      let found = this.known.get(query);
      if (!found) {
        try {
          found = (await api.check(query, under.signal)).diagnostics ?? [];
        } catch {
          if (under.signal.aborted) return undefined;
          continue; // The server tells when the query is run.
        }
        if (this.known.size >= maxKept) this.known.clear();
        this.known.set(query, found);
      }
      out.push(...found.map((d) => ({ ...d, start: d.start + b.start, end: d.end + b.start })));
    }
    return under.signal.aborted ? undefined : out;
  }
}
