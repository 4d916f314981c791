import { IconAlertTriangle, IconClockPause, IconInfoCircle } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Dropdown } from '../../parts/Dropdown';
import { IconButton } from '../../parts/IconButton';
import type { Notice } from '../../dash/query/runner';
import styles from './chrome.module.css';

const CornerWords = lazy(async () => ({
  default: (await import('./CornerWords')).CornerWords,
}));

export interface PanelCornerProps {
  /** By refId; "" is the request as a whole. */
  errors: ReadonlyMap<string, string>;
  notices: readonly Notice[];
  expressions: ReadonlyMap<string, string>;
  /** When the frames came that are still shown; null: they are those that were asked for. */
  staleFrom: number | null;
}

type Kind = 'error' | 'stale' | 'warning' | 'info';

const SIGNS = {
  error: { icon: IconAlertTriangle, name: 'Errors' },
  stale: { icon: IconClockPause, name: 'Old data' },
  warning: { icon: IconAlertTriangle, name: 'Warnings' },
  info: { icon: IconInfoCircle, name: 'Notes' },
} as const;

function kindOf({ errors, notices, staleFrom }: PanelCornerProps): Kind | null {
  if (staleFrom !== null) return 'stale';
  if (errors.size > 0 || notices.some((one) => one.severity === 'error')) return 'error';
  if (notices.some((one) => one.severity === 'warning')) return 'warning';
  return notices.length > 0 ? 'info' : null;
}

/** What the server had to say beside the data. */
export function PanelCorner(props: PanelCornerProps) {
  const kind = kindOf(props);
  if (kind === null) return null;
  const { icon: Icon, name } = SIGNS[kind];
  return (
    <Dropdown
      label={name}
      kind="dialog"
      width={380}
      trigger={(trigger) => (
        <IconButton
          {...trigger}
          size={22}
          className={styles.corner}
          data-kind={kind}
          aria-label={name}
          title={name}
        >
          <Icon size={15} />
        </IconButton>
      )}
    >
      <Suspense fallback={null}>
        <CornerWords {...props} />
      </Suspense>
    </Dropdown>
  );
}
