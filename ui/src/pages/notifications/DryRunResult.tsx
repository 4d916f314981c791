import { IconArrowRight } from '@tabler/icons-react';
import type { DryRun } from '../../api/routing';
import { formatCount } from '../../lib/units';
import { Card } from '../../parts/Card';
import { LabelChips } from '../../parts/LabelChips';
import { Notice } from '../../parts/Notice';
import styles from './dryRun.module.css';

export interface DryRunResultProps {
  result: DryRun;
  /** The text was changed since. */
  stale: boolean;
}

const SHOWN = 100;

export function DryRunResult({ result, stale }: DryRunResultProps) {
  const { warnings, alerts, changes, groups } = result;
  const moved = groups.filter((one) => one.alertsBefore !== one.alertsAfter || one.notifies);
  return (
    <section className={styles.result} aria-label="Result" data-testid="dry-run">
      <p className={styles.verdict} role="status">
        {changes.length === 0
          ? `It would be loaded. All ${formatCount(alerts, 'alert')} go where they go now.`
          : `It would be loaded. ${changes.length} of ${formatCount(alerts, 'alert')} would go elsewhere.`}
      </p>
      {stale && <Notice kind="stale">The text has changed since this was tried.</Notice>}
      {warnings.map((words) => (
        <Notice key={words} kind="warning">
          {words}
        </Notice>
      ))}
      {changes.length > 0 && (
        <Card title="Alerts that go elsewhere">
          <ul className={styles.changes}>
            {changes.slice(0, SHOWN).map((one) => (
              <li key={one.fingerprint} className={styles.change}>
                <LabelChips labels={one.labels} />
                <Receivers before={one.before} after={one.after} />
              </li>
            ))}
            {changes.length > SHOWN && <li>{`and ${changes.length - SHOWN} more`}</li>}
          </ul>
        </Card>
      )}
      {moved.length > 0 && (
        <Card title="Groups that change">
          <div className={styles.scroll} tabIndex={0} role="region" aria-label="Groups that change">
            <table className={styles.groups}>
              <thead>
                <tr>
                  <th>Receiver</th>
                  <th>Group</th>
                  <th>Alerts</th>
                  <th>Would be told</th>
                </tr>
              </thead>
              <tbody>
                {moved.map((one) => (
                  <tr key={`${one.receiver} ${one.groupKey}`}>
                    <td>{one.receiver}</td>
                    <td>
                      <code>{one.groupKey}</code>
                    </td>
                    <td className={styles.figure}>{`${one.alertsBefore} → ${one.alertsAfter}`}</td>
                    <td>{one.notifies ? 'yes' : 'no'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Card>
      )}
    </section>
  );
}

/** Who is no longer told, and who is from now on. */
function Receivers({ before, after }: { before: readonly string[]; after: readonly string[] }) {
  const list = (names: readonly string[], other: readonly string[], kind: 'del' | 'ins') => {
    const Tag = kind;
    if (names.length === 0) return <span className={styles.nobody}>nobody</span>;
    return names.map((name) =>
      other.includes(name) ? <span key={name}>{name}</span> : <Tag key={name}>{name}</Tag>,
    );
  };
  return (
    <p className={styles.receivers}>
      {list(before, after, 'del')}
      <IconArrowRight size={15} aria-label="becomes" role="img" />
      {list(after, before, 'ins')}
    </p>
  );
}
