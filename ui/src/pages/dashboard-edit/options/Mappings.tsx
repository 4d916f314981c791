import { IconPlus, IconTrash } from '@tabler/icons-react';
import { Button } from '../../../parts/Button';
import { IconButton } from '../../../parts/IconButton';
import { Select } from '../../../parts/Select';
import { TextField } from '../../../parts/TextField';
import type { ValueMapping } from '../../../dash/frame';
import { ColourInput } from './ColourInput';
import { fromRows, newRow, SPECIAL_NAMES, toRows, withKind, type MappingRow } from './mappingRows';
import { NumberInput } from './NumberInput';
import styles from './options.module.css';

export interface MappingsProps {
  value: readonly ValueMapping[];
  onChange: (value: readonly ValueMapping[]) => void;
}

const KINDS = [
  { value: 'value', name: 'Value' },
  { value: 'range', name: 'Range' },
  { value: 'regex', name: 'Regex' },
  { value: 'special', name: 'Special' },
];

/** The first that fits says how a value is shown. */
export function Mappings({ value, onChange }: MappingsProps) {
  const rows = toRows(value);
  const set = (at: number, row: MappingRow) =>
    onChange(fromRows(rows.map((one, i) => (i === at ? row : one))));
  return (
    <div className={styles.stack}>
      {rows.map((row, i) => (
        <div key={i} className={styles.mapping} role="group" aria-label={`Mapping ${i + 1}`}>
          <div className={styles.line}>
            <Select
              label="Kind"
              hideLabel
              value={row.kind}
              options={KINDS}
              onChange={(kind) => set(i, withKind(row, kind))}
            />
            <Condition row={row} onChange={(next) => set(i, next)} />
          </div>
          <div className={styles.line}>
            <span className={styles.dim}>shows</span>
            <TextField
              aria-label="Text"
              className={styles.grow ?? ''}
              placeholder="The value itself"
              value={row.text}
              onChange={(event) => set(i, { ...row, text: event.currentTarget.value })}
            />
            <ColourInput
              label="Colour"
              value={row.color === '' ? 'transparent' : row.color}
              onChange={(color) => set(i, { ...row, color })}
            />
            <IconButton
              aria-label={`Remove mapping ${i + 1}`}
              onClick={() => onChange(fromRows(rows.toSpliced(i, 1)))}
            >
              <IconTrash size={15} />
            </IconButton>
          </div>
        </div>
      ))}
      <div>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange(fromRows([...rows, newRow(rows)]))}
        >
          Add mapping
        </Button>
      </div>
    </div>
  );
}

function Condition({ row, onChange }: { row: MappingRow; onChange: (row: MappingRow) => void }) {
  switch (row.kind) {
    case 'range':
      return (
        <>
          <NumberInput
            aria-label="From"
            placeholder="−∞"
            value={row.from ?? undefined}
            onChange={(from) => onChange({ ...row, from: from ?? null })}
          />
          <span className={styles.dim}>to</span>
          <NumberInput
            aria-label="To"
            placeholder="∞"
            value={row.to ?? undefined}
            onChange={(to) => onChange({ ...row, to: to ?? null })}
          />
        </>
      );
    case 'special':
      return (
        <Select
          label="Match"
          hideLabel
          value={row.match}
          options={SPECIAL_NAMES}
          onChange={(match) => onChange({ ...row, match })}
        />
      );
    default:
      return (
        <TextField
          aria-label={row.kind === 'regex' ? 'Pattern' : 'Value'}
          className={styles.grow ?? ''}
          placeholder={row.kind === 'regex' ? 'Pattern, (groups) are $1' : 'Value'}
          value={row.match}
          onChange={(event) => onChange({ ...row, match: event.currentTarget.value })}
        />
      );
  }
}
