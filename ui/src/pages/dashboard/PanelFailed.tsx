import { IconCircleX } from '@tabler/icons-react';
import { Button } from '../../parts/Button';
import { AppLink } from './AppLink';
import { RefError } from './RefError';
import styles from './chrome.module.css';

export interface PanelFailedProps {
  errors: ReadonlyMap<string, string>;
  expressions: ReadonlyMap<string, string>;
  height: number;
  onRetry: () => void;
}

/** Nothing to show but what went wrong. */
export function PanelFailed({ errors, expressions, height, onRetry }: PanelFailedProps) {
  const all = [...errors];
  const noSource = all.some(([, message]) => /data source/i.test(message));
  return (
    <div className={styles.failed} role="alert">
      {height > 120 && (
        <p className={styles.failedTitle}>
          <IconCircleX size={16} aria-hidden />
          {all.some(([refId]) => refId !== '') ? 'The query failed' : 'The panel has no answer'}
        </p>
      )}
      {all.slice(0, height > 200 ? 3 : 1).map(([refId, message]) => (
        <RefError
          key={refId}
          refId={refId}
          message={message}
          expr={height > 90 ? (expressions.get(refId) ?? '') : ''}
          named={expressions.size > 1}
        />
      ))}
      {height > 150 && (
        <div className={styles.whyActions}>
          {noSource && <AppLink url="/datasources">Data sources</AppLink>}
          <Button variant="default" size="xs" onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </div>
  );
}
