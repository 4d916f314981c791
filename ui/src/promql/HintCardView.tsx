import type { Hint } from '../lib/hints';
import { HintBody } from './HintBody';
import { HintIcon } from './HintIcon';
import { HintText } from './HintText';
import styles from './hints.module.css';

export interface HintCardViewProps {
  hints: readonly Hint[];
  expr: string;
  onUse: ((query: string) => void) | null;
}

/** What opens over the editor: all that is said about one place. */
export function HintCardView({ hints, expr, onUse }: HintCardViewProps) {
  return (
    <div className={styles.card} data-testid="hint-card">
      {hints.map((hint, i) => (
        <div key={i} className={styles.row}>
          <HintIcon severity={hint.severity} />
          <div className={styles.words}>
            <p className={styles.message}>
              <HintText>{hint.message}</HintText>
            </p>
            <HintBody hint={hint} expr={expr} onUse={onUse} />
          </div>
        </div>
      ))}
    </div>
  );
}
