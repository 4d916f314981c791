import { IconChevronRight, IconClockOff, IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { HeldAlert } from '../../api/alerts';
import type { GroupState } from '../../api/routing';
import type { Group } from '../../lib/alertGroups';
import { formatRelative } from '../../lib/time';
import { formatCount } from '../../lib/units';
import { AlertActions } from '../../panels/alerts/AlertActions';
import { SuppressedBadges } from '../../panels/alerts/SuppressedBadges';
import { Annotations } from '../../parts/Annotations';
import { IconButton } from '../../parts/IconButton';
import { LabelChips } from '../../parts/LabelChips';
import { RelativeTime } from '../../parts/RelativeTime';
import styles from './groups.module.css';

export interface ShownGroup extends Group<HeldAlert> {
  readonly timers: readonly GroupState[];
}

export interface GroupCardProps {
  group: ShownGroup;
  now: number;
  onPick: (name: string, value: string, exclude: boolean) => void;
}

const SHOWN = 10;

export function GroupCard({ group, now, onPick }: GroupCardProps) {
  const { labels, receiver, alerts, timers } = group;
  const [open, setOpen] = useState(true);
  const [all, setAll] = useState(false);
  const shown = all ? alerts : alerts.slice(0, SHOWN);
  const name = Object.values(labels).join(' ') || 'all labels';
  return (
    <section className={styles.group} aria-label={`Group ${name}`} data-testid="alert-group">
      <header className={styles.head}>
        <IconButton
          aria-label={`Alerts of ${name}`}
          aria-expanded={open}
          size={22}
          onClick={() => setOpen(!open)}
        >
          <IconChevronRight size={16} className={styles.chevron} data-open={open || undefined} />
        </IconButton>
        {Object.keys(labels).length === 0 ? (
          <span className={styles.dim}>not grouped by any label</span>
        ) : (
          <LabelChips labels={labels} onPick={onPick} />
        )}
        <span className={styles.dim}>{formatCount(alerts.length, 'alert')}</span>
        {receiver !== '' && (
          <span className={styles.receiver}>
            <IconSend size={14} aria-hidden />
            <Link href={`/notifications/log?receiver=${encodeURIComponent(receiver)}`}>
              {receiver}
            </Link>
          </span>
        )}
        {timers[0] !== undefined && <Timer timer={timers[0]} now={now} />}
      </header>
      {open && (
        <ul className={styles.alerts}>
          {shown.map((alert) => (
            <Row
              key={alert.fingerprint}
              alert={alert}
              omit={Object.keys(labels)}
              now={now}
              onPick={onPick}
            />
          ))}
          {shown.length < alerts.length && (
            <li>
              <button type="button" className={styles.more} onClick={() => setAll(true)}>
                {`${alerts.length - shown.length} more`}
              </button>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}

function Timer({ timer, now }: { timer: GroupState; now: number }) {
  const { nextFlush, flushing, mutedBy } = timer;
  if (mutedBy.length > 0) {
    return (
      <span className={styles.timer}>
        <IconClockOff size={14} aria-hidden />
        {`muted by ${mutedBy.join(', ')}`}
      </span>
    );
  }
  if (flushing) return <span className={styles.timer}>being told now</span>;
  if (nextFlush === null) return null;
  return (
    <span className={styles.timer}>
      {nextFlush < now + 1000 ? 'flushes now' : `next flush ${formatRelative(nextFlush, now)}`}
    </span>
  );
}

interface RowProps {
  alert: HeldAlert;
  omit: readonly string[];
  now: number;
  onPick: (name: string, value: string, exclude: boolean) => void;
}

function Row({ alert, omit, now, onPick }: RowProps) {
  const { labels, annotations, startsAt, generatorURL, status, fingerprint } = alert;
  return (
    <li className={styles.alert} data-testid="held-alert" data-state={status.state}>
      <div className={styles.line}>
        <LabelChips labels={labels} omit={omit} onPick={onPick} />
        <SuppressedBadges status={status} />
        <span className={styles.since}>
          <RelativeTime ms={startsAt} now={now} />
        </span>
      </div>
      <Annotations annotations={annotations} />
      <AlertActions
        labels={labels}
        fingerprint={fingerprint}
        source={/^https?:\/\//.test(generatorURL) ? { href: generatorURL, inside: false } : null}
        canAck={status.silencedBy.length === 0}
      />
    </li>
  );
}
