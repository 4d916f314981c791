import { use, useState } from 'react';
import { parseDuration } from '../../lib/time';
import { DropdownContext } from '../../parts/dropdownContext';
import { TextField } from '../../parts/TextField';
import styles from './query.module.css';

export interface StepFormProps {
  onApply: (stepMs: number) => void;
}

export function StepForm({ onApply }: StepFormProps) {
  const { close } = use(DropdownContext);
  const [text, setText] = useState('');
  const stepMs = parseDuration(text);
  const wrong = text !== '' && stepMs === null;
  return (
    <form
      className={styles.stepForm}
      onSubmit={(event) => {
        event.preventDefault();
        if (stepMs === null) return;
        close();
        onApply(stepMs);
      }}
    >
      <TextField
        aria-label="Step"
        placeholder="15s, 5m, 1h"
        value={text}
        error={wrong ? 'A duration such as 15s or 5m' : null}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}
