import { IconBellOff, IconHelpCircle } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { OverviewAlert } from '../../api/grafana/alerting';
import { silenceAddress, whyAddress } from '../../lib/alertLinks';
import { managedAddress } from '../../lib/managedLinks';
import { formatDateTime, formatElapsed } from '../../lib/time';
import { formatFull, formatValue } from '../../lib/units';
import actions from '../../panels/alerts/AlertActions.module.css';
import { SuppressedBadges } from '../../panels/alerts/SuppressedBadges';
import { Annotations } from '../../parts/Annotations';
import { LabelChips } from '../../parts/LabelChips';
import { StateBadge } from '../../parts/StateBadge';
import { alertWords, RULE_LABELS, splitState } from './managed';
import { heldKey, type ManagedHeld } from './useManagedHeld';
import styles from './alerts.module.css';

export interface ManagedAlertRowProps {
  alert: OverviewAlert;
  /** Labels of the rule, which stand above. */
  omit: readonly string[];
  now: number;
  held: ManagedHeld;
  onPick?: (name: string, value: string, exclude: boolean) => void;
}

export function ManagedAlertRow({ alert, omit, now, held, onPick }: ManagedAlertRowProps) {
  const known = held.get(heldKey(alert.labels));
  const [tone, words] = alertWords(alert);
  const hidden = [...RULE_LABELS, ...omit];
  const own = Object.keys(alert.labels).filter((name) => !hidden.includes(name));
  const { value, activeAt } = alert;
  const shown = Object.fromEntries(
    Object.entries(alert.annotations).filter(([name]) => !/^__.*__$/.test(name)),
  );
  const active = splitState(alert.state).word !== 'Normal';
  return (
    <li className={styles.alert} data-testid="alert" data-state={alert.state}>
      <div className={styles.line}>
        <StateBadge tone={tone} plain>
          {words}
        </StateBadge>
        {known !== undefined && <SuppressedBadges status={known.status} address={managedAddress} />}
        {value !== null && !Number.isNaN(value) && (
          <span className={styles.value} title={`value ${formatFull(value)}`}>
            <strong>{formatValue(value)}</strong>
          </span>
        )}
        {active && activeAt !== null && (
          <span className={styles.since} title={`since ${formatDateTime(activeAt)}`}>
            {`for ${formatElapsed(Math.max(1000, Math.floor((now - activeAt) / 1000) * 1000))}`}
          </span>
        )}
      </div>
      {own.length > 0 && (
        <LabelChips
          labels={alert.labels}
          omit={hidden}
          {...(onPick === undefined ? {} : { onPick })}
        />
      )}
      {active && <Annotations annotations={shown} />}
      {active && (
        <span className={actions.actions}>
          <Link
            href={managedAddress(whyAddress(known?.fingerprint ?? '', alert.labels))}
            className={actions.action}
          >
            <IconHelpCircle size={15} aria-hidden />
            Why
          </Link>
          <Link href={managedAddress(silenceAddress(alert.labels))} className={actions.action}>
            <IconBellOff size={15} aria-hidden />
            Silence
          </Link>
        </span>
      )}
    </li>
  );
}
