import { useState } from 'react';
import { parseMatchers } from '../lib/matchers';
import { FilterBox } from './FilterBox';
import styles from './MatcherBox.module.css';

export interface MatcherBoxProps {
  /** As the address has it: what was last typed and could be read. */
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
  className?: string | undefined;
}

/** A filter of matchers. Only what can be read is passed on; what is typed stays. */
export function MatcherBox({ value, onChange, placeholder, className }: MatcherBoxProps) {
  const [draft, setDraft] = useState(value);
  const [given, setGiven] = useState(value);
  if (given !== value) {
    setGiven(value);
    setDraft(value);
  }
  const parsed = parseMatchers(draft);
  return (
    <div className={className}>
      <FilterBox
        className={styles.box}
        value={draft}
        placeholder={placeholder}
        onChange={(text) => {
          setDraft(text);
          if (!parseMatchers(text).ok) return;
          setGiven(text);
          onChange(text);
        }}
      />
      {!parsed.ok && (
        <p className={styles.error} role="status">
          {`At ${parsed.at + 1}: ${parsed.error}`}
        </p>
      )}
    </div>
  );
}
