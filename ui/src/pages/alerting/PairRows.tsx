import { IconPlus, IconX } from '@tabler/icons-react';
import { Button } from '../../parts/Button';
import { IconButton } from '../../parts/IconButton';
import { TextField } from '../../parts/TextField';
import { newKey, type Pair } from './model/draft';
import styles from './editor.module.css';

export interface PairRowsProps {
  legend: string;
  what: string;
  pairs: readonly Pair[];
  placeholder: readonly [string, string];
  wrong: (key: number) => string | null;
  onChange: (pairs: readonly Pair[]) => void;
}

/** Names and values: labels, annotations. */
export function PairRows({ legend, what, pairs, placeholder, wrong, onChange }: PairRowsProps) {
  const set = (key: number, change: Partial<Pair>) =>
    onChange(pairs.map((one) => (one.key === key ? { ...one, ...change } : one)));
  return (
    <fieldset className={styles.fieldset}>
      <legend className={styles.legend}>{legend}</legend>
      {pairs.map((one, i) => (
        <div key={one.key} className={styles.namePair}>
          <TextField
            aria-label={`Name of ${what} ${i + 1}`}
            placeholder={placeholder[0]}
            spellCheck={false}
            value={one.name}
            error={wrong(one.key)}
            onChange={(event) => set(one.key, { name: event.currentTarget.value })}
          />
          <TextField
            aria-label={`Value of ${what} ${i + 1}`}
            placeholder={placeholder[1]}
            spellCheck={false}
            value={one.value}
            onChange={(event) => set(one.key, { value: event.currentTarget.value })}
          />
          <IconButton
            size={32}
            aria-label={`Remove ${what} ${i + 1}`}
            onClick={() => onChange(pairs.filter(({ key }) => key !== one.key))}
          >
            <IconX size={16} />
          </IconButton>
        </div>
      ))}
      <Button
        variant="default"
        size="xs"
        className={styles.add}
        leftSection={<IconPlus size={14} />}
        onClick={() => onChange([...pairs, { key: newKey(), name: '', value: '' }])}
      >
        {`Add ${what}`}
      </Button>
    </fieldset>
  );
}
