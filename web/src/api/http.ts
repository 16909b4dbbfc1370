// Calls of the server's API.

import type { Diagnostic } from "./types";

/** Why a call failed. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly diagnostics: Diagnostic[] = [],
  ) {
    super(message);
    this.name = "ApiError";
  }
}

interface ErrorBody {
  error?: { code?: string; message?: string; diagnostics?: Diagnostic[] };
}

async function failure(r: Response): Promise<ApiError> {
  let body: ErrorBody = {};
  try {
    body = (await r.json()) as ErrorBody;
  } catch {
    // Not our server's words: a proxy's page, or nothing.
  }
  const message = body.error?.message ?? `The server answered ${r.status} ${r.statusText}.`;
  return new ApiError(r.status, body.error?.code ?? "", message, body.error?.diagnostics);
}

/** Reports 401 to the page, which then asks to sign in. */
let onUnauthorized: () => void = () => {};
export function setOnUnauthorized(f: () => void): void {
  onUnauthorized = f;
}

/** Calls the API and returns the JSON of the reply; undefined for 204. */
export async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { method, credentials: "same-origin" };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  let r: Response;
  try {
    r = await fetch(`/api/v1/${path}`, init);
  } catch (e) {
    if (signal?.aborted) throw e;
    throw new ApiError(0, "Unreachable", "The server cannot be reached.");
  }
  if (!r.ok) {
    const f = await failure(r);
    if (r.status === 401) onUnauthorized();
    throw f;
  }
  return r.status === 204 ? (undefined as T) : parse<T>(await r.text());
}

/** Parses JSON; integers that a number cannot hold stay as their digits. */
export function parse<T>(text: string): T {
  if (!/[:[,]-?\d{16}/.test(text)) return JSON.parse(text) as T;
  const keep = (_: string, v: unknown, context?: { source?: string }) => (typeof v === "number" && !Number.isSafeInteger(v) && Number.isInteger(v) && /^-?\d+$/.test(context?.source ?? "") ? context?.source : v);
  return JSON.parse(text, keep as (k: string, v: unknown) => unknown) as T;
}

/** What to tell the user about something that was thrown. */
export function messageOf(e: unknown): string {
  return e instanceof Error ? e.message : String(e);
}
