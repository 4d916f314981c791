import { useCallback, useEffect, useRef, useState } from 'react';

/** Panels this far beyond the window are made ready. */
const MARGIN_PX = 240;

type Watch = (key: string, element: Element) => () => void;

/** Which of the watched elements are in the window, or nearly. */
export function useSeen(): readonly [Watch, ReadonlySet<string>] {
  const [visible, setVisible] = useState<ReadonlySet<string>>(() => new Set<string>());
  const keys = useRef(new Map<Element, string>());
  const observer = useRef<IntersectionObserver>(null);

  const watch = useCallback<Watch>((key, element) => {
    observer.current ??= new IntersectionObserver(
      (entries) =>
        setVisible((now) => {
          const next = new Set(now);
          for (const { target, isIntersecting } of entries) {
            const of = keys.current.get(target);
            if (of === undefined) continue;
            if (isIntersecting) next.add(of);
            else next.delete(of);
          }
          return next.size === now.size && [...next].every((one) => now.has(one)) ? now : next;
        }),
      { rootMargin: `${MARGIN_PX}px 0px` },
    );
    keys.current.set(element, key);
    observer.current.observe(element);
    return () => {
      observer.current?.unobserve(element);
      keys.current.delete(element);
      setVisible((now) => {
        if (!now.has(key)) return now;
        const next = new Set(now);
        next.delete(key);
        return next;
      });
    };
  }, []);
  useEffect(
    () => () => {
      observer.current?.disconnect();
      observer.current = null;
    },
    [],
  );
  return [watch, visible];
}
