import { IconFilter, IconFilterFilled } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { ShownField } from '../../dash/frame';
import { Button } from '../../parts/Button';
import { Dropdown } from '../../parts/Dropdown';
import { IconButton } from '../../parts/IconButton';
import { shownText } from '../shared/fields';
import styles from './table.module.css';

export interface FilterMenuProps {
  field: ShownField;
  /** What is let through; undefined: everything. */
  chosen: ReadonlySet<string> | undefined;
  onChange: (chosen: ReadonlySet<string> | undefined) => void;
}

const MOST = 300;

export function FilterMenu({ field, chosen, onChange }: FilterMenuProps) {
  const on = chosen !== undefined;
  return (
    <Dropdown
      kind="dialog"
      label={`Filter by ${field.displayName}`}
      width={280}
      trigger={(trigger) => (
        <IconButton
          {...trigger}
          size={22}
          aria-label={`Filter by ${field.displayName}`}
          aria-pressed={on}
        >
          {on ? <IconFilterFilled size={13} /> : <IconFilter size={13} />}
        </IconButton>
      )}
    >
      <Choices field={field} chosen={chosen} onChange={onChange} />
    </Dropdown>
  );
}

function Choices({ field, chosen, onChange }: FilterMenuProps) {
  const [search, setSearch] = useState('');
  const all = useMemo(() => {
    const texts = new Set(field.values.map((one) => shownText(field.display(one))));
    return [...texts].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  }, [field]);
  const found = all.filter((one) => one.toLowerCase().includes(search.toLowerCase()));
  const toggle = (text: string) => {
    const next = new Set(chosen ?? []);
    if (!next.delete(text)) next.add(text);
    onChange(next.size === 0 ? undefined : next);
  };
  return (
    <div className={styles.filter}>
      <input
        type="search"
        className={styles.search}
        placeholder="Search values"
        aria-label="Search values"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      <div className={styles.choices}>
        {found.slice(0, MOST).map((text) => (
          <label key={text} className={styles.choice}>
            <input
              type="checkbox"
              checked={chosen?.has(text) === true}
              onChange={() => toggle(text)}
            />
            <span>{text === '' ? '(empty)' : text}</span>
          </label>
        ))}
        {found.length === 0 && <p className={styles.hint}>No value holds this.</p>}
        {found.length > MOST && <p className={styles.hint}>{`and ${found.length - MOST} more`}</p>}
      </div>
      <Button
        size="xs"
        variant="default"
        disabled={chosen === undefined}
        onClick={() => onChange(undefined)}
      >
        Show all
      </Button>
    </div>
  );
}
