// What a panel may ask: this server's data sources, variables that choose one, several at once, or
// what another panel has.

import type { DataSourceRef } from '../../../dash/model';
import { DASHBOARD, MIXED } from '../../../dash/model/sources';
import type { DashboardSession } from '../../dashboard/session';

interface Option {
  readonly value: string;
  readonly name: string;
}

/** Of one query: no "mixed" and no other panel. */
export function plainSourceOptions(session: DashboardSession, now: DataSourceRef): Option[] {
  const { sources } = session.deps;
  const named = sources.find((one) => one.isDefault)?.name;
  const variables = session.state.dashboard.variables.filter(({ type }) => type === 'datasource');
  const options = [
    { value: '', name: named === undefined ? 'Default' : `Default (${named})` },
    ...sources.map(({ uid, name }) => ({ value: uid, name })),
    ...variables.map(({ name }) => ({ value: `\${${name}}`, name: `$${name}` })),
  ];
  return withOwn(options, now);
}

function withOwn(options: Option[], now: DataSourceRef): Option[] {
  return options.some((one) => one.value === now.uid)
    ? options
    : [...options, { value: now.uid, name: now.uid }];
}

export function sourceOptions(session: DashboardSession, now: DataSourceRef): Option[] {
  const plain = plainSourceOptions(session, { type: '', uid: '' });
  return withOwn(
    [
      ...plain,
      { value: MIXED, name: 'Mixed: each query its own' },
      { value: DASHBOARD, name: 'Another panel of this dashboard' },
    ],
    now,
  );
}
