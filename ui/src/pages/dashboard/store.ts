// State beside React: who shows one part of it is drawn again only when that part changes.

import { useSyncExternalStore } from 'react';

export class Store<T extends object> {
  private readonly listeners = new Set<() => void>();

  constructor(private now: T) {}

  get state(): T {
    return this.now;
  }

  /** Nobody hears of a change that is none. */
  set(change: Partial<T>): void {
    const next = { ...this.now, ...change };
    const same = Object.entries(next).every(([key, value]) =>
      Object.is(value, Reflect.get(this.now, key)),
    );
    if (same) return;
    this.now = next;
    for (const listener of [...this.listeners]) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** `pick` must give the same value as long as nothing changed in it. */
export function useStore<T extends object, S>(store: Store<T>, pick: (state: T) => S): S {
  return useSyncExternalStore(store.subscribe, () => pick(store.state));
}
