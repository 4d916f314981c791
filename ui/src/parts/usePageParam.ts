import { useCallback } from 'react';
import { useLocation, useSearch } from 'wouter';
import { withParam } from './hooks';

/** A filter that lives in the address. Typing replaces the entry, so that Back leaves the page. */
export function usePageParam(name: string): [string, (value: string) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const value = new URLSearchParams(search).get(name) ?? '';
  const set = useCallback(
    (next: string) => navigate(path + withParam(search, name, next), { replace: true }),
    [navigate, path, search, name],
  );
  return [value, set];
}
