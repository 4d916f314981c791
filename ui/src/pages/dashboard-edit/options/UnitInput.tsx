import { IconCheck, IconChevronDown } from '@tabler/icons-react';
import { use, useMemo, useState } from 'react';
import { UNIT_GROUPS } from '../../../dash/data/units/groups';
import { Dropdown } from '../../../parts/Dropdown';
import { DropdownContext } from '../../../parts/dropdownContext';
import { TextField } from '../../../parts/TextField';
import { findUnits, unitName } from './units';
import styles from './options.module.css';

export interface UnitInputProps {
  label: string;
  value: string;
  onChange: (unit: string | undefined) => void;
}

/** Units by what they measure, with search; also whatever someone types, as a suffix of its own. */
export function UnitInput({ label, value, onChange }: UnitInputProps) {
  return (
    <Dropdown
      label={label}
      kind="dialog"
      width={300}
      trigger={(trigger) => (
        <button
          type="button"
          {...trigger}
          className={styles.pick}
          aria-label={`${label}: ${value === '' ? 'None' : unitName(value)}`}
        >
          <span className={styles.pickText}>{value === '' ? 'None' : unitName(value)}</span>
          <IconChevronDown size={15} aria-hidden />
        </button>
      )}
    >
      <Units value={value} onChange={onChange} />
    </Dropdown>
  );
}

const MOST = 80;

function Units({ value, onChange }: Omit<UnitInputProps, 'label'>) {
  const { close } = use(DropdownContext);
  const [text, setText] = useState('');
  const groups = useMemo(() => findUnits(UNIT_GROUPS, text, MOST), [text]);
  const choose = (unit: string | undefined) => {
    close();
    onChange(unit);
  };
  const own = text.trim();
  return (
    <div className={styles.list}>
      <TextField
        aria-label="Search units"
        placeholder="Search: bytes, seconds, percent"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {value !== '' && own === '' && (
        <button type="button" data-item className={styles.item} onClick={() => choose(undefined)}>
          No unit
        </button>
      )}
      {groups.map(({ name, units }) => (
        <div key={name} role="group" aria-label={name}>
          <p className={styles.listHead}>{name}</p>
          {units.map((unit) => (
            <button
              key={unit.id}
              type="button"
              data-item
              className={styles.item}
              aria-pressed={unit.id === value}
              onClick={() => choose(unit.id)}
            >
              <IconCheck
                size={14}
                aria-hidden
                className={styles.tick}
                data-on={unit.id === value || undefined}
              />
              {unit.name}
              <code className={styles.aside}>{unit.id}</code>
            </button>
          ))}
        </div>
      ))}
      {own !== '' && (
        <button
          type="button"
          data-item
          className={styles.item}
          onClick={() => choose(own.includes(':') ? own : `suffix:${own}`)}
        >
          {own.includes(':') ? `As written: ${own}` : `Own unit behind the number: ${own}`}
        </button>
      )}
    </div>
  );
}
