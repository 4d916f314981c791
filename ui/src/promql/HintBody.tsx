import { diffWords } from '../lib/textDiff';
import type { Hint } from '../lib/hints';
import { HintText } from './HintText';
import { Button } from '../parts/Button';
import styles from './hints.module.css';

export interface HintBodyProps {
  hint: Hint;
  /** The expression the hint speaks of. */
  expr: string;
  /** Null while something newer is being typed, which a correction would undo. */
  onUse: ((query: string) => void) | null;
}

const SIGNS = { same: 'span', added: 'ins', removed: 'del' } as const;

/** Why, and the corrected expression with what changes in it. */
export function HintBody({ hint, expr, onUse }: HintBodyProps) {
  const { reason, fix } = hint;
  return (
    <>
      {reason !== '' && (
        <p className={styles.reason}>
          <HintText>{reason}</HintText>
        </p>
      )}
      {fix !== null && (
        <div className={styles.fix}>
          <p className={styles.fixLabel}>
            <HintText>{fix.label}</HintText>
          </p>
          <div className={styles.fixRow}>
            <pre className={styles.diff} data-testid="fix">
              {diffWords(expr, fix.query).map(({ kind, text }, i) => {
                const Part = SIGNS[kind];
                return <Part key={i}>{text}</Part>;
              })}
            </pre>
            <Button
              size="xs"
              variant="default"
              disabled={onUse === null}
              onClick={() => onUse?.(fix.query)}
            >
              Use this query
            </Button>
          </div>
        </div>
      )}
    </>
  );
}
