import { useState, type ReactNode } from 'react';
import { Button } from './Button';
import styles from './Limited.module.css';

export interface LimitedProps<T> {
  items: readonly T[];
  /** So many at first, and so many more each time. */
  step: number;
  children: (shown: readonly T[]) => ReactNode;
}

/** A long list a piece at a time, so that ten thousand do not hold up the first ten. */
export function Limited<T>({ items, step, children }: LimitedProps<T>) {
  const [limit, setLimit] = useState(step);
  const rest = items.length - limit;
  return (
    <>
      {children(items.slice(0, limit))}
      {rest > 0 && (
        <Button variant="default" className={styles.more} onClick={() => setLimit(limit + step)}>
          {rest > step ? `Show ${step} of ${rest} more` : `Show ${rest} more`}
        </Button>
      )}
    </>
  );
}
