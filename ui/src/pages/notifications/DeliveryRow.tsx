import { IconChevronRight } from '@tabler/icons-react';
import type { Delivery, Outcome } from '../../api/deliveries';
import {
  integrationLabel,
  mutedWords,
  OUTCOME_NAMES,
  reasonWords,
  tookWords,
} from '../../lib/deliveryWords';
import { formatClock, formatDateTime, formatRelative } from '../../lib/time';
import { formatCount } from '../../lib/units';
import { LabelChips } from '../../parts/LabelChips';
import { StateBadge, type Tone } from '../../parts/StateBadge';
import { DeliveryDetail } from './DeliveryDetail';
import styles from './log.module.css';

export interface DeliveryRowProps {
  delivery: Delivery;
  now: number;
  open: boolean;
  onToggle: () => void;
}

const TONES: Readonly<Record<Outcome, Tone>> = {
  delivered: 'ok',
  failed: 'bad',
  skipped: 'idle',
  muted: 'warn',
};

function result({ attempts }: Delivery): string {
  const last = attempts.at(-1);
  if (last === undefined) return '';
  const words = [
    attempts.length > 1 ? formatCount(attempts.length, 'attempt') : null,
    last.status === null ? null : String(last.status),
    tookWords(last.durationMs),
  ];
  return words.filter((one) => one !== null).join(' · ');
}

function reasonOf({ test, reason, alerts }: Delivery): string {
  if (test) return 'a test';
  if (reason === 'none') return 'nothing new';
  if (reason !== '') return reasonWords(reason);
  const muted = new Set(alerts.map((alert) => mutedWords(alert.muted)));
  return [...muted].filter((words) => words !== '').join(', ');
}

export function DeliveryRow({ delivery, now, open, onToggle }: DeliveryRowProps) {
  const { tick, lastTick, ticks, outcome, receiver, integration, index } = delivery;
  const error = delivery.attempts.at(-1)?.error ?? '';
  const at = tick ?? 0;
  return (
    <section className={styles.entry} data-testid="delivery" data-outcome={outcome}>
      <h3 className={styles.summary}>
        <button type="button" className={styles.toggle} aria-expanded={open} onClick={onToggle}>
          <IconChevronRight size={16} className={styles.chevron} data-open={open || undefined} />
          <time
            className={styles.time}
            dateTime={new Date(at).toISOString()}
            title={`${formatDateTime(at)}, ${formatRelative(at, now)}`}
          >
            {formatClock(at).slice(0, 8)}
          </time>
          <StateBadge tone={TONES[outcome]} plain>
            {OUTCOME_NAMES[outcome]}
          </StateBadge>
          <span className={styles.to}>
            {receiver}
            <span className={styles.dim}>
              {integration === '' ? '' : ` · ${integrationLabel(integration, index)}`}
            </span>
          </span>
          <span className={styles.reason}>
            {reasonOf(delivery)}
            {ticks > 1 && lastTick !== null && (
              <span className={styles.dim}>
                {` · ${ticks} times until ${formatClock(lastTick).slice(0, 8)}`}
              </span>
            )}
          </span>
          <span className={styles.figures}>{result(delivery)}</span>
        </button>
      </h3>
      <div className={styles.about}>
        <LabelChips labels={delivery.groupLabels} />
        <span className={styles.dim}>{formatCount(delivery.alerts.length, 'alert')}</span>
      </div>
      {!open && outcome === 'failed' && error !== '' && <p className={styles.error}>{error}</p>}
      {open && <DeliveryDetail delivery={delivery} now={now} />}
    </section>
  );
}
