import { IconBellOff, IconClockOff, IconShieldHalf } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { HeldStatus } from '../../api/alerts';
import { managerAddress } from '../../api/manager';
import styles from './SuppressedBadges.module.css';

export interface SuppressedBadgesProps {
  status: HeldStatus;
  /** Where its pages are; else as the page that is shown. */
  address?: (own: string) => string;
}

/** What keeps an alert from being told, each with the way to it. */
export function SuppressedBadges({ status, address = managerAddress }: SuppressedBadgesProps) {
  const { silencedBy, inhibitedBy, mutedBy } = status;
  return (
    <>
      {silencedBy.map((id) => (
        <Link
          key={id}
          href={address(`/silences/view?id=${encodeURIComponent(id)}`)}
          className={styles.badge}
          title={`Silence ${id}`}
        >
          <IconBellOff size={13} aria-hidden />
          Silenced
        </Link>
      ))}
      {inhibitedBy[0] !== undefined && (
        <Link
          href={address(`/notifications/why?fingerprint=${encodeURIComponent(inhibitedBy[0])}`)}
          className={styles.badge}
          title={`By ${inhibitedBy.join(', ')}`}
        >
          <IconShieldHalf size={13} aria-hidden />
          Inhibited
        </Link>
      )}
      {mutedBy.length > 0 && (
        <span className={styles.badge} title={`By ${mutedBy.join(', ')}`}>
          <IconClockOff size={13} aria-hidden />
          {`Muted: ${mutedBy.join(', ')}`}
        </span>
      )}
    </>
  );
}
