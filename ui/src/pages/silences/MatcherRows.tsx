import { IconPlus, IconX } from '@tabler/icons-react';
import type { MatcherOp } from '../../lib/matchers';
import { Button } from '../../parts/Button';
import { IconButton } from '../../parts/IconButton';
import { Select } from '../../parts/Select';
import { TextField } from '../../parts/TextField';
import { newRow, rowError, rowsOf, splitPasted, type MatcherRow } from './matcherRows';
import styles from './silences.module.css';

export interface MatcherRowsProps {
  rows: readonly MatcherRow[];
  onChange: (rows: readonly MatcherRow[]) => void;
  error: string | null;
}

const OPS: readonly { readonly value: MatcherOp; readonly name: string }[] = [
  { value: '=', name: '=  is' },
  { value: '!=', name: '!=  is not' },
  { value: '=~', name: '=~  matches' },
  { value: '!~', name: '!~  does not match' },
];

export function MatcherRows({ rows, onChange, error }: MatcherRowsProps) {
  const set = (at: number, part: Partial<MatcherRow>) =>
    onChange(rows.map((row, i) => (i === at ? { ...row, ...part } : row)));
  const named = (at: number, text: string) => {
    const pasted = splitPasted(text);
    if (pasted === null) set(at, { name: text });
    else onChange([...rows.slice(0, at), ...rowsOf(pasted), ...rows.slice(at + 1)]);
  };
  return (
    <fieldset className={styles.matchers}>
      <legend className={styles.legend}>Alerts with all of these labels</legend>
      {rows.map((row, i) => (
        <div key={row.key} className={styles.matcher}>
          <TextField
            aria-label={`Label ${i + 1}`}
            placeholder="label"
            spellCheck={false}
            value={row.name}
            onChange={(event) => named(i, event.currentTarget.value)}
          />
          <Select
            label={`How label ${i + 1} compares`}
            hideLabel
            value={row.op}
            options={OPS}
            onChange={(value) => {
              const op = OPS.find((one) => one.value === value)?.value;
              if (op !== undefined) set(i, { op });
            }}
          />
          <TextField
            aria-label={`Value ${i + 1}`}
            placeholder={row.op.endsWith('~') ? 'db-.*|cache' : 'value'}
            spellCheck={false}
            value={row.value}
            error={rowError(row)}
            onChange={(event) => set(i, { value: event.currentTarget.value })}
          />
          <IconButton
            size={32}
            aria-label={`Remove label ${i + 1}`}
            disabled={rows.length === 1 && row.name === '' && row.value === ''}
            onClick={() => {
              const rest = rows.filter((_, at) => at !== i);
              onChange(rest.length === 0 ? [newRow()] : rest);
            }}
          >
            <IconX size={16} />
          </IconButton>
        </div>
      ))}
      {error !== null && <p className={styles.wrong}>{error}</p>}
      <Button
        variant="default"
        size="xs"
        className={styles.add}
        leftSection={<IconPlus size={14} />}
        onClick={() => onChange([...rows, newRow()])}
      >
        Add a label
      </Button>
    </fieldset>
  );
}
