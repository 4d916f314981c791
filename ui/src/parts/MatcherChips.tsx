import { printMatcher, type Matcher } from '../lib/matchers';
import styles from './MatcherChips.module.css';

export interface MatcherChipsProps {
  matchers: readonly Matcher[];
}

export function MatcherChips({ matchers }: MatcherChipsProps) {
  return (
    <span className={styles.chips}>
      {matchers.map((one, i) => (
        <code key={i} className={styles.chip} title={printMatcher(one)}>
          {printMatcher(one)}
        </code>
      ))}
    </span>
  );
}
