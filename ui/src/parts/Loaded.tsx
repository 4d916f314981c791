import type { ReactNode } from 'react';
import { formatClock, formatRelative } from '../lib/time';
import { Notice } from './Notice';
import { Skeleton } from './Skeleton';
import { useNow } from './hooks';
import { Button } from './Button';

/** What of a query, of whatever kind, is shown. */
export interface LoadedQuery<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly isFetching: boolean;
  readonly dataUpdatedAt: number;
  readonly refetch: () => Promise<unknown>;
}

export interface LoadedProps<T> {
  query: LoadedQuery<T>;
  what: string;
  children: (data: T) => ReactNode;
}

/** The states every page has: loading, error, stale (the last good answer stays), and the thing. */
export function Loaded<T>({ query, what, children }: LoadedProps<T>) {
  const now = useNow(5000);
  const retry = (
    <Button
      variant="default"
      size="xs"
      loading={query.isFetching}
      onClick={() => void query.refetch()}
    >
      Try again
    </Button>
  );
  if (query.data === undefined) {
    if (query.error === null) return <Skeleton label={`Loading ${what}`} />;
    return (
      <Notice kind="error" title={`Could not load ${what}`} action={retry}>
        {query.error.message}
      </Notice>
    );
  }
  return (
    <>
      {query.error !== null && (
        <Notice kind="stale" title={query.error.message} action={retry}>
          {`What you see is from ${formatClock(query.dataUpdatedAt).slice(0, 8)}, `}
          {`${formatRelative(query.dataUpdatedAt, now)}.`}
        </Notice>
      )}
      {children(query.data)}
    </>
  );
}
