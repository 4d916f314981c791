import { IconCheck, IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import { Dropdown } from '../../../parts/Dropdown';
import { TextField } from '../../../parts/TextField';
import styles from './options.module.css';

export interface PickManyProps {
  label: string;
  value: readonly string[];
  choices: readonly { readonly value: string; readonly label: string }[];
  onChange: (value: readonly string[]) => void;
}

/** Any number of a list, in the order in which they were chosen. */
export function PickMany({ label, value, choices, onChange }: PickManyProps) {
  const [text, setText] = useState('');
  const words = value.map((one) => choices.find((choice) => choice.value === one)?.label ?? one);
  const found = choices.filter((one) => one.label.toLowerCase().includes(text.toLowerCase()));
  return (
    <Dropdown
      label={label}
      kind="dialog"
      width={240}
      onOpen={() => setText('')}
      trigger={(trigger) => (
        <button
          type="button"
          {...trigger}
          className={styles.pick}
          aria-label={`${label}: ${words.length === 0 ? 'None' : words.join(', ')}`}
        >
          <span className={styles.pickText}>{words.length === 0 ? 'None' : words.join(', ')}</span>
          <IconChevronDown size={15} aria-hidden />
        </button>
      )}
    >
      <div className={styles.list}>
        {choices.length > 8 && (
          <TextField
            aria-label="Search"
            placeholder="Search"
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
        {found.map((one) => {
          const on = value.includes(one.value);
          return (
            <button
              key={one.value}
              type="button"
              data-item
              className={styles.item}
              aria-pressed={on}
              onClick={() =>
                onChange(on ? value.filter((v) => v !== one.value) : [...value, one.value])
              }
            >
              <IconCheck size={14} aria-hidden data-on={on || undefined} className={styles.tick} />
              {one.label}
            </button>
          );
        })}
      </div>
    </Dropdown>
  );
}
