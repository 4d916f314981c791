import { IconChevronDown } from '@tabler/icons-react';
import { countHints, type Hint } from '../lib/hints';
import { HintIcon } from './HintIcon';
import { HintText } from './HintText';
import styles from './hints.module.css';

export interface HintStripProps {
  hints: readonly Hint[];
  open: boolean;
  onToggle: () => void;
  /** The id of the list it opens. */
  controls: string;
}

/** One line under the editor that is always there, so that nothing moves while someone types. */
export function HintStrip({ hints, open, onToggle, controls }: HintStripProps) {
  const counts = countHints(hints);
  const [first] = hints;
  return (
    <div className={styles.strip}>
      {first === undefined ? (
        <p className={styles.keys}>
          <kbd>Enter</kbd> executes, <kbd>Shift Enter</kbd> makes a new line
        </p>
      ) : (
        <button
          type="button"
          className={styles.summary}
          aria-expanded={open}
          aria-controls={open ? controls : undefined}
          onClick={onToggle}
          data-testid="advice"
        >
          {counts.map(({ severity, words }) => (
            <span key={severity} className={styles.count}>
              <HintIcon severity={severity} />
              {words}
            </span>
          ))}
          {!open && (
            <span className={styles.first}>
              <HintText>{first.message}</HintText>
            </span>
          )}
          <IconChevronDown size={15} aria-hidden className={styles.chevron} />
        </button>
      )}
      <span className="sr-only" role="status">
        {counts.map(({ words }) => words).join(', ')}
      </span>
    </div>
  );
}
