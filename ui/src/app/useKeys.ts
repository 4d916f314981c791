import { useEffect, useEffectEvent, useRef } from 'react';
import { PLACES } from './places';

export interface KeyActions {
  readonly onGo: (path: string) => void;
  readonly onPalette: () => void;
  readonly onHelp: () => void;
  readonly onRail: () => void;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, textarea, [contenteditable]') !== null
  );
}

const SEQUENCE_MS = 1200;

/** The keys that work everywhere. Those of single letters rest while someone types. */
export function useKeys(actions: KeyActions): void {
  const leader = useRef(0);
  const act = useEffectEvent((event: KeyboardEvent): void => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      actions.onPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.timeStamp - leader.current < SEQUENCE_MS) {
      leader.current = -SEQUENCE_MS;
      const place = PLACES.find(({ key }) => key === event.key);
      if (place !== undefined) {
        event.preventDefault();
        actions.onGo(place.path);
        return;
      }
    }
    if (event.key === 'g') leader.current = event.timeStamp;
    else if (event.key === '?') actions.onHelp();
    else if (event.key === '[') actions.onRail();
    else if (event.key === 'r') {
      document.querySelector<HTMLElement>('[data-key="refresh"]')?.click();
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => act(event);
    document.addEventListener('keydown', listener);
    leader.current = -SEQUENCE_MS;
    return () => document.removeEventListener('keydown', listener);
  }, []);
}
