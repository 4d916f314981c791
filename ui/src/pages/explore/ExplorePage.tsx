import { useState } from 'react';
import { Redirect, useSearch } from 'wouter';
import { queryAddress } from './address';

/** Grafana's explore is the query page here. */
export function ExplorePage() {
  const search = useSearch();
  const [now] = useState(() => Date.now());
  return <Redirect to={queryAddress(search, { now, timezone: 'browser' })} replace />;
}
