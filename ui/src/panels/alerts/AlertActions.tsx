import { managerAddress } from '../../api/manager';
import { IconBellOff, IconCheck, IconHelpCircle, IconLink } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Labels } from '../../lib/labels';
import { silenceAddress, whyAddress } from '../../lib/alertLinks';
import { AckDialog } from './AckDialog';
import styles from './AlertActions.module.css';

export interface AlertActionsProps {
  labels: Labels;
  /** Empty while nothing was sent on. */
  fingerprint: string;
  /** Where the alert comes from, in this app or outside. */
  source: { readonly href: string; readonly inside: boolean } | null;
  canAck: boolean;
}

/** What one may do about an alert. */
export function AlertActions({ labels, fingerprint, source, canAck }: AlertActionsProps) {
  const [acking, setAcking] = useState(false);
  const name = labels['alertname'] ?? 'this alert';
  return (
    <span className={styles.actions}>
      <Link href={managerAddress(whyAddress(fingerprint, labels))} className={styles.action}>
        <IconHelpCircle size={15} aria-hidden />
        Why
      </Link>
      <Link href={managerAddress(silenceAddress(labels))} className={styles.action}>
        <IconBellOff size={15} aria-hidden />
        Silence
      </Link>
      {canAck && fingerprint !== '' && (
        <button type="button" className={styles.action} onClick={() => setAcking(true)}>
          <IconCheck size={15} aria-hidden />
          Acknowledge
        </button>
      )}
      {source !== null &&
        (source.inside ? (
          <Link href={source.href} className={styles.action}>
            <IconLink size={15} aria-hidden />
            Source
          </Link>
        ) : (
          <a href={source.href} className={styles.action} target="_blank" rel="noreferrer">
            <IconLink size={15} aria-hidden />
            Source
          </a>
        ))}
      {acking && (
        <AckDialog name={name} fingerprint={fingerprint} onClose={() => setAcking(false)} />
      )}
    </span>
  );
}
