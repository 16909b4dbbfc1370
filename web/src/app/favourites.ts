// What the user marked with a star: tables, queries and functions.

import { useCallback, useSyncExternalStore } from "react";
import { load, store } from "./storage";

export type Kind = "table" | "query" | "hunt" | "function";

const key = "favourites";
const changed = "wirehunt:favourites";
const isList = (v: unknown) => Array.isArray(v) && v.every((x) => typeof x === "string");

const read = () => load<string[]>(key, [], isList);

function subscribe(f: () => void): () => void {
  window.addEventListener(changed, f);
  window.addEventListener("storage", f);
  return () => {
    window.removeEventListener(changed, f);
    window.removeEventListener("storage", f);
  };
}

export interface Favourites {
  has: (kind: Kind, id: string) => boolean;
  toggle: (kind: Kind, id: string) => void;
}

export function useFavourites(): Favourites {
  const text = useSyncExternalStore(subscribe, () => read().join("\n"));
  const has = useCallback((kind: Kind, id: string) => text.split("\n").includes(`${kind}:${id}`), [text]);
  const toggle = useCallback((kind: Kind, id: string) => {
    const entry = `${kind}:${id}`;
    const list = read();
    store(key, list.includes(entry) ? list.filter((x) => x !== entry) : [...list, entry]);
    window.dispatchEvent(new Event(changed));
  }, []);
  return { has, toggle };
}
