import { IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { HeldAlert } from '../../api/alerts';
import type { AlertingRule, RuleGroup } from '../../api/rules';
import { backtestAddress } from '../../lib/alertLinks';
import { encodePanels, NEW_PANEL } from '../../lib/panelUrl';
import { formatDuration } from '../../lib/time';
import { Sparkline } from '../../panels/spark/Sparkline';
import { Annotations } from '../../parts/Annotations';
import { IconButton } from '../../parts/IconButton';
import { LabelChips } from '../../parts/LabelChips';
import { StateBadge, type Tone } from '../../parts/StateBadge';
import { AlertRow } from './AlertRow';
import styles from './alerts.module.css';

export interface AlertRuleCardProps {
  rule: AlertingRule;
  group: RuleGroup;
  now: number;
  held: ReadonlyMap<string, HeldAlert>;
  onPick: (name: string, value: string, exclude: boolean) => void;
}

const HOUR = 3_600_000;
const SHOWN = 20;

function badge(rule: AlertingRule): readonly [Tone, string] {
  if (rule.health === 'err') return ['bad', 'Failing'];
  if (rule.lastEvaluation === null) return ['idle', 'Not evaluated'];
  switch (rule.state) {
    case 'firing':
      return ['bad', 'Firing'];
    case 'pending':
      return ['warn', 'Pending'];
    case 'inactive':
      return ['ok', 'Inactive'];
    case 'unknown':
      return ['idle', 'Not evaluated'];
  }
}

export function AlertRuleCard({ rule, group, now, held, onPick }: AlertRuleCardProps) {
  const busy = rule.alerts.length > 0;
  const [asked, setAsked] = useState<boolean | null>(null);
  const open = asked ?? busy;
  const [tone, word] = badge(rule);
  const address = `/query?${encodePanels([{ ...NEW_PANEL, expr: rule.query }])}`;
  const links = (
    <span className={styles.links}>
      <Link href={address}>Query</Link>
      <Link
        href={backtestAddress({
          expr: rule.query,
          forSeconds: rule.duration,
          name: rule.name,
          intervalSeconds: group.interval,
        })}
      >
        Back-test
      </Link>
      <Link href={`/rules?search=${encodeURIComponent(rule.name)}`} title={group.file}>
        {group.name}
      </Link>
    </span>
  );
  return (
    <section className={styles.card} aria-label={`Rule ${rule.name}`} data-testid="alert-rule">
      <header className={styles.head}>
        <IconButton
          aria-label={`Details of ${rule.name}`}
          aria-expanded={open}
          size={22}
          onClick={() => setAsked(!open)}
        >
          <IconChevronRight size={16} className={styles.chevron} data-open={open || undefined} />
        </IconButton>
        <StateBadge tone={tone}>
          {rule.alerts.length > 1 ? `${word} ${rule.alerts.length}` : word}
        </StateBadge>
        <h2 className={styles.name}>{rule.name}</h2>
        {rule.duration > 0 && (
          <span className={styles.dim}>{`for ${formatDuration(rule.duration * 1000)}`}</span>
        )}
        <LabelChips labels={rule.labels} onPick={onPick} />
        {links}
      </header>
      {rule.lastError !== '' && <p className={styles.error}>{rule.lastError}</p>}
      {open && (
        <div className={styles.body}>
          <div className={styles.picture}>
            <Sparkline
              expr={rule.threshold?.left ?? rule.query}
              threshold={rule.threshold}
              rangeMs={HOUR}
            />
            <code className={styles.expr}>{rule.query}</code>
          </div>
          {busy ? (
            <Rows {...{ rule, now, held, onPick }} />
          ) : (
            <div className={styles.quiet}>
              <p className={styles.dim}>No series meets the condition.</p>
              <Annotations annotations={rule.annotations} />
            </div>
          )}
        </div>
      )}
    </section>
  );
}

function Rows({ rule, now, held, onPick }: Omit<AlertRuleCardProps, 'group'>) {
  const [all, setAll] = useState(false);
  const order = { firing: 0, pending: 1, inactive: 2 } as const;
  const sorted = [...rule.alerts].sort((a, b) => order[a.state] - order[b.state]);
  const shown = all ? sorted : sorted.slice(0, SHOWN);
  return (
    <ul className={styles.alerts}>
      {shown.map((alert) => (
        <AlertRow
          key={JSON.stringify(alert.labels)}
          alert={alert}
          rule={rule}
          now={now}
          held={held.get(alert.fingerprint) ?? null}
          onPick={onPick}
        />
      ))}
      {shown.length < sorted.length && (
        <li>
          <button type="button" className={styles.more} onClick={() => setAll(true)}>
            {`${sorted.length - shown.length} more`}
          </button>
        </li>
      )}
    </ul>
  );
}
