// What the server's API speaks, as this page uses it.

export type ColumnType = "bool" | "int" | "long" | "real" | "decimal" | "datetime" | "timespan" | "string" | "guid" | "dynamic";

/** A value of a result; dynamic values are parsed JSON. */
export type Value = string | number | boolean | null | { [k: string]: unknown } | unknown[];

export interface Column {
  name: string;
  type: ColumnType;
}

export interface Diagnostic {
  code: string;
  severity: "error" | "warning" | "information";
  message: string;
  hint?: string;
  /** Offsets in UTF-16 units of the query. */
  start: number;
  end: number;
}

/** What the query's render operator asks for. */
export interface Render {
  chart: string;
  properties?: Record<string, string>;
}

export interface Stats {
  rows: number;
  bytes: number;
  seconds: number;
  truncated: boolean;
  usage: "Low" | "Medium" | "High";
}

export interface Result {
  schema: Column[];
  rows: Value[][];
  render?: Render;
  warnings?: Diagnostic[];
  stats: Stats;
  /** Set where the query failed after some rows. */
  error?: { code: string; message: string };
}

export interface QueryRequest {
  query: string;
  from?: string;
  to?: string;
  /** An ISO 8601 duration before now(). */
  last?: string;
  /** A time, or "latest" for the newest event. */
  now?: string;
  maxRows?: number;
  quiet?: boolean;
}

export interface NamedColumn extends Column {
  doc?: string;
}

export interface ActionType {
  name: string;
  hasRows: boolean;
  additionalFields?: NamedColumn[];
}

export interface Table {
  name: string;
  group: string;
  doc: string;
  hasRows: boolean;
  columns: NamedColumn[];
  actionTypes?: ActionType[];
}

export interface FunctionInfo {
  name: string;
  /** library: of Defender's portal; saved: by a user. */
  kind: "scalar" | "aggregate" | "library" | "saved";
  doc: string;
  signatures: string[] | null;
  /** The text of library and saved functions. */
  code?: string;
  /** True for those that invoke calls with a table. */
  tabular?: boolean;
}

/** A function that a user saved, for all users of the server. */
export interface UserFunction {
  name: string;
  signature?: string;
  folder?: string;
  doc?: string;
  text: string;
}

export interface Schema {
  database: string;
  tables: Table[];
  functions: FunctionInfo[];
  newest?: string;
}

export interface Hunt {
  name: string;
  title: string;
  technique?: string;
  query: string;
}

export interface Session {
  signedIn: boolean;
  name?: string;
  role?: "reader" | "hunter" | "admin" | "sensor";
  local: boolean;
  version: string;
}

export interface SavedQuery {
  id: string;
  name: string;
  /** a/b/c; missing for the top. */
  folder?: string;
  description?: string;
  query: string;
  shared: boolean;
  owner: string;
  modified: string;
}

export interface PastQuery {
  time: string;
  query: string;
  seconds: number;
  rows: number;
  state: "ok" | "failed" | "canceled" | "timeout" | "throttled";
}

/** A query of any interface, and what it used. */
export interface UsedResources {
  id: number;
  time: string;
  interface: string;
  user: string;
  usage: Stats["usage"];
  state: PastQuery["state"];
  seconds: number;
  rows: number;
  from?: string;
  to?: string;
  query: string;
}

/** A query of a page that the server wrote, with its result. */
export interface Panel {
  name: string;
  title: string;
  query: string;
  columns: Column[];
  rows: Value[][];
  seconds: number;
  /** The address that it is about, if it is about one. */
  about?: string;
}

export interface Panels {
  from?: string;
  to?: string;
  panels: Panel[];
}

export interface ImportInfo {
  name: string;
  sha256: string;
  bytes: number;
  kind: string;
  time: string;
  rows: Record<string, number> | null;
}

export interface Job {
  id: string;
  name: string;
  owner: string;
  state: "queued" | "running" | "done" | "duplicate" | "failed" | "canceled";
  created: string;
  bytes: number;
  read: number;
  packets: number;
  error?: string;
  before?: string;
  rows?: Record<string, number>;
  unparsed?: Record<string, number>;
  warnings?: string[];
  seconds: number;
}
