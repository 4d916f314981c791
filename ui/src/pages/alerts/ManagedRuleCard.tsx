import { IconChevronRight, IconFileText } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { OverviewRule } from '../../api/grafana/alerting';
import { IconButton } from '../../parts/IconButton';
import { LabelChips } from '../../parts/LabelChips';
import { Limited } from '../../parts/Limited';
import { StateBadge } from '../../parts/StateBadge';
import { ruleWords, worthShowing } from './managed';
import { ManagedAlertRow } from './ManagedAlertRow';
import type { ManagedHeld } from './useManagedHeld';
import styles from './alerts.module.css';

export interface ManagedRuleCardProps {
  rule: OverviewRule;
  now: number;
  held: ManagedHeld;
  onPick: (name: string, value: string, exclude: boolean) => void;
}

/** A rule made in pages, beside those of rule files. */
export function ManagedRuleCard({ rule, now, held, onPick }: ManagedRuleCardProps) {
  const alerts = worthShowing(rule);
  const [asked, setAsked] = useState<boolean | null>(null);
  const open = asked ?? alerts.length > 0;
  const [tone, word] = ruleWords(rule);
  const uid = encodeURIComponent(rule.uid);
  const file = rule.provenance === 'file';
  return (
    <section className={styles.card} aria-label={`Rule ${rule.name}`} data-testid="managed-rule">
      <header className={styles.head}>
        <IconButton
          aria-label={`Details of ${rule.name}`}
          aria-expanded={open}
          size={22}
          onClick={() => setAsked(!open)}
        >
          <IconChevronRight size={16} className={styles.chevron} data-open={open || undefined} />
        </IconButton>
        <StateBadge tone={tone}>{word}</StateBadge>
        <h2 className={styles.name}>
          <Link href={`/alerting/grafana/${uid}/view`}>{rule.name}</Link>
        </h2>
        {rule.for !== '' && rule.for !== '0s' && (
          <span className={styles.dim}>{`for ${rule.for}`}</span>
        )}
        <LabelChips labels={rule.labels} onPick={onPick} />
        <span className={styles.links}>
          <Link href={`/alerting/${uid}/edit`}>{file ? 'Show' : 'Edit'}</Link>
          {rule.dashboardUid !== '' && (
            <Link
              href={`/d/${encodeURIComponent(rule.dashboardUid)}${
                rule.panelId > 0 ? `?viewPanel=${rule.panelId}` : ''
              }`}
            >
              Panel
            </Link>
          )}
          <span className={styles.place} title="Folder and group">
            {file && <IconFileText size={13} aria-label="from a provisioning file" />}
            {`${rule.folder} / ${rule.group}`}
          </span>
        </span>
      </header>
      {rule.lastError !== '' && <p className={styles.error}>{rule.lastError}</p>}
      {open && (
        <div className={styles.single}>
          <code className={styles.expr}>{rule.sentence}</code>
          {alerts.length === 0 ? (
            <p className={styles.dim}>
              {rule.paused ? 'It is paused and not evaluated.' : 'No series meets the condition.'}
            </p>
          ) : (
            <Limited items={alerts} step={20}>
              {(shown) => (
                <ul className={styles.alerts}>
                  {shown.map((alert) => (
                    <ManagedAlertRow
                      key={JSON.stringify(alert.labels)}
                      alert={alert}
                      omit={Object.keys(rule.labels)}
                      now={now}
                      held={held}
                      onPick={onPick}
                    />
                  ))}
                </ul>
              )}
            </Limited>
          )}
        </div>
      )}
    </section>
  );
}
