import { useEffect, useMemo, useState } from 'react';
import type { Variable } from '../../../dash/model';
import { useDebounced } from '../../../parts/hooks';
import { Notice } from '../../../parts/Notice';
import { Skeleton } from '../../../parts/Skeleton';
import type { DashboardSession } from '../../dashboard/session';
import type { VariableView } from '../../dashboard/variableView';
import styles from './settings.module.css';

export interface VariablePreviewProps {
  session: DashboardSession;
  variable: Variable;
  others: readonly Variable[];
}

const SHOWN = 60;

/** What it would offer, found as the dashboard finds it: with the others it refers to. */
export function VariablePreview({ session, variable, others }: VariablePreviewProps) {
  const settled = useDebounced(variable, 400);
  const port = useMemo(
    () => session.deps.variables({ ...session.state.dashboard, variables: [...others, settled] }),
    [session, others, settled],
  );
  const [view, setView] = useState<VariableView | null>(null);
  useEffect(() => {
    const read = () => {
      const found = port.now().views.find((one) => one.variable.name === settled.name);
      setView(found ?? null);
    };
    const stop = port.subscribe(read);
    port.start(session.variables.params(), session.state.raw, session.timeContext);
    return () => {
      stop();
      port.stop();
    };
  }, [port, session, settled.name]);
  if (settled.type === 'adhoc') {
    return <p className={styles.dim}>Filters offer every label that the data source has.</p>;
  }
  if (view === null || view.loading) return <Skeleton label="Asking for values" />;
  if (view.error !== '') return <Notice kind="error">{view.error}</Notice>;
  if (view.options.length === 0) {
    const typed = settled.type === 'textbox' || settled.type === 'constant';
    return (
      <p className={styles.dim}>
        {typed
          ? `“${settled.query}”`
          : 'None. Is the query right, and is there data of this range?'}
      </p>
    );
  }
  const { length } = view.options;
  return (
    <>
      <ul className={styles.values} aria-label="Values">
        {view.options.slice(0, SHOWN).map((one) => (
          <li key={one.value} title={one.value}>
            {one.text}
          </li>
        ))}
      </ul>
      <p className={styles.dim}>
        {length > SHOWN ? `${length} values, ${SHOWN} of them shown` : `${length} in all`}
      </p>
    </>
  );
}
