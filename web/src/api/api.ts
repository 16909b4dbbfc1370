// The endpoints that the page uses.

import { call } from "./http";
import type { Diagnostic, Hunt, QueryRequest, Result, Schema, Session } from "./types";

export const api = {
  session: () => call<Session>("GET", "session"),
  signIn: (token: string) => call<Session>("POST", "session", { token }),
  signOut: () => call<void>("DELETE", "session"),
  query: (q: QueryRequest, signal?: AbortSignal) => call<Result>("POST", "query", q, signal),
  check: (query: string, signal?: AbortSignal) => call<{ diagnostics: Diagnostic[] }>("POST", "check", { query }, signal),
  format: (query: string) => call<{ query: string; diagnostics: Diagnostic[] }>("POST", "format", { query }),
  schema: () => call<Schema>("GET", "schema"),
  hunts: () => call<{ hunts: Hunt[] }>("GET", "hunts"),
};
