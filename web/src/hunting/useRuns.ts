// Queries that run or ran, one by tab.

import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "../api/api";
import { ApiError, messageOf } from "../api/http";
import type { Diagnostic, QueryRequest, Result } from "../api/types";

export interface Run {
  /** The text that runs, without what surrounds it in the editor. */
  query: string;
  state: "running" | "done" | "failed" | "canceled";
  started: number;
  /** Milliseconds until the reply was here. */
  took: number;
  result?: Result;
  error?: string;
  diagnostics: Diagnostic[];
}

export function useRuns() {
  const [runs, setRuns] = useState<Record<string, Run>>({});
  const under = useRef(new Map<string, AbortController>());

  const start = useCallback(async (tab: string, request: QueryRequest): Promise<Run> => {
    under.current.get(tab)?.abort();
    const abort = new AbortController();
    under.current.set(tab, abort);
    const started = Date.now();
    const base = { query: request.query, started, diagnostics: [] };
    setRuns((all) => ({ ...all, [tab]: { ...base, state: "running", took: 0, result: all[tab]?.result } }));
    let run: Run;
    try {
      const result = await api.query(request, abort.signal);
      run = { ...base, state: result.error ? "failed" : "done", took: Date.now() - started, result, error: result.error?.message };
    } catch (e) {
      const took = Date.now() - started;
      if (abort.signal.aborted) run = { ...base, state: "canceled", took };
      else run = { ...base, state: "failed", took, error: explain(e, request.query), diagnostics: e instanceof ApiError ? e.diagnostics : [] };
    }
    if (under.current.get(tab) === abort) {
      under.current.delete(tab);
      setRuns((all) => ({ ...all, [tab]: run }));
    }
    return run;
  }, []);

  const cancel = useCallback((tab: string) => under.current.get(tab)?.abort(), []);
  const forget = useCallback((tab: string) => {
    under.current.get(tab)?.abort();
    setRuns((all) => Object.fromEntries(Object.entries(all).filter(([id]) => id !== tab)));
  }, []);
  useEffect(() => {
    const all = under.current;
    return () => {
      for (const a of all.values()) a.abort();
    };
  }, []);
  return { runs, start, cancel, forget };
}

/** What went wrong, and where in the query. */
function explain(e: unknown, query: string): string {
  const first = e instanceof ApiError ? e.diagnostics.find((d) => d.severity === "error") : undefined;
  if (!first) return messageOf(e);
  const before = query.slice(0, first.start).split("\n");
  return `Line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${first.message}${first.hint ? ` (${first.hint})` : ""}`;
}
