import { useCallback, useEffect, useState } from 'react';
import { recall, remember } from '../lib/storage';

/** The current time, renewed every so often, for texts like "2 min ago". */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** True once `on` has lasted this long: nothing flickers for what is done at once. */
export function useLasting(on: boolean, afterMs: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!on) return;
    const timer = setTimeout(() => setLasting(true), afterMs);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [on, afterMs]);
  return on && lasting;
}

/** The value once it has stayed the same for so long. */
export function useDebounced<T>(value: T, afterMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), afterMs);
    return () => clearTimeout(timer);
  }, [value, afterMs]);
  return settled;
}

/** State that this browser keeps. */
export function useRemembered<T extends string>(
  key: string,
  fallback: T,
  known: readonly T[],
): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => known.find((one) => one === recall(key)) ?? fallback);
  const set = useCallback(
    (next: T) => {
      remember(key, next);
      setValue(next);
    },
    [key],
  );
  return [value, set];
}

/** One value of the address's query part; an empty one is left out of the address. */
export function withParam(search: string, name: string, value: string): string {
  const params = new URLSearchParams(search);
  if (value === '') params.delete(name);
  else params.set(name, value);
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
