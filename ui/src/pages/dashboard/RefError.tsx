import { errorPosition } from '../../lib/errorPosition';
import styles from './chrome.module.css';

export interface RefErrorProps {
  /** "": not of one query. */
  refId: string;
  message: string;
  /** As the server saw it. */
  expr: string;
  /** There are others to tell it from. */
  named: boolean;
}

/** The server's own words, and under the expression the place they speak of. */
export function RefError({ refId, message, expr, named }: RefErrorProps) {
  const mark = expr === '' ? null : errorPosition(message, expr);
  const line = mark === null ? undefined : expr.split('\n')[mark.line - 1];
  return (
    <div className={styles.refError}>
      <p>
        {named && refId !== '' && <strong className={styles.refId}>{refId}</strong>}
        {message}
      </p>
      {mark !== null && line !== undefined && (
        <pre className={styles.excerpt} aria-label={`At ${mark.line}:${mark.column}`}>
          {`${line}\n${' '.repeat(mark.column - 1)}${'^'.repeat(Math.max(1, mark.to - mark.from))}`}
        </pre>
      )}
    </div>
  );
}
