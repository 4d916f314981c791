import { formatClock, formatRelative } from '../../lib/time';
import { useNow } from '../../parts/hooks';
import type { PanelCornerProps } from './PanelCorner';
import { RefError } from './RefError';
import styles from './chrome.module.css';

export function CornerWords({ errors, notices, expressions, staleFrom }: PanelCornerProps) {
  const now = useNow(5000);
  return (
    <div className={styles.words}>
      {staleFrom !== null && (
        <p>
          {`What you see is from ${formatClock(staleFrom).slice(0, 8)}, ${formatRelative(staleFrom, now)}.`}
        </p>
      )}
      {[...errors].map(([refId, message]) => (
        <RefError
          key={refId}
          refId={refId}
          message={message}
          expr={expressions.get(refId) ?? ''}
          named={expressions.size > 1}
        />
      ))}
      {notices.map(({ severity, text }) => (
        <p key={text} className={styles.noticeLine} data-kind={severity}>
          {text}
        </p>
      ))}
    </div>
  );
}
