// The endpoints that the page uses.

import { call } from "./http";
import type { Diagnostic, Hunt, ImportInfo, Job, Panels, PastQuery, QueryRequest, Result, SavedQuery, Schema, Session, UsedResources, UserFunction } from "./types";

type NewQuery = Pick<SavedQuery, "name" | "folder" | "query" | "shared">;

const id = encodeURIComponent;

export const api = {
  session: () => call<Session>("GET", "session"),
  signIn: (token: string) => call<Session>("POST", "session", { token }),
  signOut: () => call<void>("DELETE", "session"),
  query: (q: QueryRequest, signal?: AbortSignal) => call<Result>("POST", "query", q, signal),
  check: (query: string, signal?: AbortSignal) => call<{ diagnostics: Diagnostic[] }>("POST", "check", { query }, signal),
  format: (query: string) => call<{ query: string; diagnostics: Diagnostic[] }>("POST", "format", { query }),
  schema: () => call<Schema>("GET", "schema"),
  hunts: () => call<{ hunts: Hunt[] }>("GET", "hunts"),
  saved: () => call<{ queries: SavedQuery[] }>("GET", "queries"),
  save: (q: NewQuery) => call<SavedQuery>("POST", "queries", q),
  changeSaved: (q: NewQuery & { id: string }) => call<SavedQuery>("PUT", `queries/${id(q.id)}`, q),
  deleteSaved: (q: { id: string }) => call<void>("DELETE", `queries/${id(q.id)}`),
  history: () => call<{ history: PastQuery[] }>("GET", "history"),
  forgetHistory: () => call<void>("DELETE", "history"),
  functions: () => call<{ functions: UserFunction[] }>("GET", "functions"),
  saveFunction: (f: Pick<UserFunction, "name" | "text" | "doc">) => call<{ functions: UserFunction[] }>("POST", "functions", f),
  deleteFunction: (name: string) => call<void>("DELETE", `functions/${id(name)}`),
  resources: () => call<{ queries: UsedResources[] }>("GET", "resources"),
  overview: () => call<Panels>("GET", "overview"),
  devices: () => call<Panels>("GET", "devices"),
  device: (device: string) => call<Panels>("GET", `devices/${id(device)}`),
  imports: () => call<{ imports: ImportInfo[]; jobs: Job[] }>("GET", "imports"),
  import: (job: string) => call<Job>("GET", `imports/${id(job)}`),
  cancelImport: (job: string) => call<void>("DELETE", `imports/${id(job)}`),
};
