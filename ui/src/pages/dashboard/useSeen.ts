import { useCallback, useEffect, useRef, useState } from 'react';

/** Panels this far beyond the window are made ready. */
const MARGIN_PX = 320;
/** While one scrolls, so many are made in a frame; the first ones all at once. */
const PER_FRAME = 2;

type Watch = (key: string, element: Element) => () => void;

/** Keys that come into view, a few per frame, and those that leave it, at once. */
class Seen {
  readonly keys = new Map<Element, string>();
  private readonly visible = new Set<string>();
  private readonly waiting = new Set<string>();
  private frame = 0;
  private readonly observer: IntersectionObserver;

  constructor(private readonly tell: (visible: ReadonlySet<string>) => void) {
    this.observer = new IntersectionObserver((entries) => this.onEntries(entries), {
      rootMargin: `${MARGIN_PX}px 0px`,
    });
  }

  watch(key: string, element: Element): () => void {
    this.keys.set(element, key);
    this.observer.observe(element);
    return () => {
      this.observer.unobserve(element);
      this.keys.delete(element);
      this.waiting.delete(key);
      if (this.visible.delete(key)) this.tell(new Set(this.visible));
    };
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
  }

  private onEntries(entries: readonly IntersectionObserverEntry[]): void {
    let left = false;
    for (const { target, isIntersecting } of entries) {
      const key = this.keys.get(target);
      if (key === undefined) continue;
      if (isIntersecting) {
        if (!this.visible.has(key)) this.waiting.add(key);
      } else {
        this.waiting.delete(key);
        left = this.visible.delete(key) || left;
      }
    }
    if (this.visible.size === 0) this.take(Infinity);
    else if (left) this.tell(new Set(this.visible));
    this.next();
  }

  private take(most: number): void {
    for (const key of [...this.waiting].slice(0, most)) {
      this.waiting.delete(key);
      this.visible.add(key);
    }
    this.tell(new Set(this.visible));
  }

  private next(): void {
    cancelAnimationFrame(this.frame);
    if (this.waiting.size === 0) return;
    this.frame = requestAnimationFrame(() => {
      this.take(PER_FRAME);
      this.next();
    });
  }
}

/** Which of the watched elements are in the window, or nearly. */
export function useSeen(): readonly [Watch, ReadonlySet<string>] {
  const [visible, setVisible] = useState<ReadonlySet<string>>(() => new Set<string>());
  const seen = useRef<Seen>(null);
  const watch = useCallback<Watch>((key, element) => {
    seen.current ??= new Seen(setVisible);
    return seen.current.watch(key, element);
  }, []);
  useEffect(
    () => () => {
      seen.current?.stop();
      seen.current = null;
    },
    [],
  );
  return [watch, visible];
}
