import { useEffect, useEffectEvent, useState } from 'react';
import { useVizData, type VizData } from '../VizData';

export type Listed<T> =
  | { readonly state: 'waiting' }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'there'; readonly value: T };

/** Asks again when the question changes and when the dashboard is refreshed; keeps what it has. */
export function useList<T>(
  key: string,
  ask: (data: VizData, signal: AbortSignal) => Promise<T>,
): Listed<T> {
  const data = useVizData();
  const [listed, setListed] = useState<Listed<T>>({ state: 'waiting' });
  const run = useEffectEvent((from: VizData, signal: AbortSignal) => ask(from, signal));
  useEffect(() => {
    if (data === null) return;
    const stop = new AbortController();
    run(data, stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) setListed({ state: 'there', value });
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const message = error instanceof Error ? error.message : 'The server did not answer.';
        setListed((now) => (now.state === 'there' ? now : { state: 'failed', message }));
      },
    );
    return () => stop.abort();
  }, [data, key]);
  return data === null ? { state: 'failed', message: 'This list needs the server.' } : listed;
}
