import { useCallback, useState, type UIEvent } from 'react';

export interface VirtualRows {
  readonly first: number;
  readonly last: number;
  readonly total: number;
  readonly onScroll: (event: UIEvent<HTMLElement>) => void;
}

const AROUND = 8;

/** Which rows of one height are in view, and a few around them. */
export function useVirtualRows(count: number, rowPx: number, viewPx: number): VirtualRows {
  const [top, setTop] = useState(0);
  const inside = Math.max(0, Math.min(top, count * rowPx - viewPx));
  const first = Math.max(0, Math.floor(inside / rowPx) - AROUND);
  const last = Math.min(count, Math.ceil((inside + viewPx) / rowPx) + AROUND);
  const onScroll = useCallback(
    (event: UIEvent<HTMLElement>) => {
      // In steps, so that not each pixel is a rendering.
      setTop(Math.floor(event.currentTarget.scrollTop / (rowPx * 2)) * rowPx * 2);
    },
    [rowPx],
  );
  return { first, last, total: count * rowPx, onScroll };
}
