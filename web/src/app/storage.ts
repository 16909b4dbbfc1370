// What the browser keeps between visits.

import { useCallback, useState } from "react";

/** Reads a value; what is missing or does not fit gives the fallback. */
export function load<T>(key: string, fallback: T, fits: (v: unknown) => boolean): T {
  try {
    const text = localStorage.getItem(`wirehunt.${key}`);
    if (text === null) return fallback;
    const v: unknown = JSON.parse(text);
    return fits(v) ? (v as T) : fallback;
  } catch {
    return fallback;
  }
}

export function store(key: string, value: unknown): void {
  try {
    localStorage.setItem(`wirehunt.${key}`, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the page works without.
  }
}

/** State that survives a reload: one of a few words. */
export function useStoredChoice<T extends string>(key: string, choices: readonly T[], fallback: T): [T, (v: T) => void] {
  const [value, setValue] = useState<T>(() => load<T>(key, fallback, (v) => (choices as readonly unknown[]).includes(v)));
  const set = useCallback(
    (v: T) => {
      setValue(v);
      store(key, v);
    },
    [key],
  );
  return [value, set];
}

/** State that survives a reload: a number within bounds. */
export function useStoredNumber(key: string, low: number, high: number, fallback: number): [number, (v: number) => void] {
  const clamp = useCallback((v: number) => Math.round(Math.min(high, Math.max(low, v))), [low, high]);
  const [value, setValue] = useState(() => clamp(load<number>(key, fallback, (v) => typeof v === "number" && Number.isFinite(v))));
  const set = useCallback(
    (v: number) => {
      setValue(clamp(v));
      store(key, clamp(v));
    },
    [key, clamp],
  );
  return [value, set];
}
