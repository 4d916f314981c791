import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { use, useState } from 'react';
import type { AdhocFilter } from '../../dash/model';
import { Button } from '../../parts/Button';
import { Dropdown } from '../../parts/Dropdown';
import { DropdownContext } from '../../parts/dropdownContext';
import { IconButton } from '../../parts/IconButton';
import { Select } from '../../parts/Select';
import { TextField } from '../../parts/TextField';
import styles from './variables.module.css';

/** Where the names and values come from that are offered. */
export interface FilterSource {
  readonly keys: (signal: AbortSignal) => Promise<readonly string[]>;
  readonly values: (key: string, signal: AbortSignal) => Promise<readonly string[]>;
  /** Tells one source from another, for the cache. */
  readonly id: string;
}

export interface FilterEditorProps {
  name: string;
  filters: readonly AdhocFilter[];
  source: FilterSource;
  onChange: (filters: readonly AdhocFilter[]) => void;
}

const OPERATORS = ['=', '!=', '=~', '!~'];

/** Labels that every query of a data source is narrowed to. */
export function FilterEditor({ name, filters, source, onChange }: FilterEditorProps) {
  return (
    <div className={styles.filters} role="group" aria-label={name}>
      {filters.map((filter, i) => (
        <span key={`${i} ${filter.key}`} className={styles.chip}>
          <Dropdown
            label="Change the filter"
            kind="dialog"
            width={320}
            trigger={(trigger) => (
              <button {...trigger} type="button" className={styles.chipText}>
                {filter.key} <b>{filter.operator}</b> {filter.value}
              </button>
            )}
          >
            <FilterForm
              filter={filter}
              source={source}
              onApply={(next) => onChange(filters.map((one, at) => (at === i ? next : one)))}
            />
          </Dropdown>
          <IconButton
            size={22}
            aria-label={`Remove ${filter.key} ${filter.operator} ${filter.value}`}
            onClick={() => onChange(filters.filter((_, at) => at !== i))}
          >
            <IconX size={13} />
          </IconButton>
        </span>
      ))}
      <Dropdown
        label="Add a filter"
        kind="dialog"
        width={320}
        trigger={(trigger) => (
          <button {...trigger} type="button" className={styles.add}>
            <IconPlus size={14} aria-hidden />
            {filters.length === 0 ? 'Filter by label' : 'Add'}
          </button>
        )}
      >
        <FilterForm
          filter={{ key: '', operator: '=', value: '' }}
          source={source}
          onApply={(next) => onChange([...filters, next])}
        />
      </Dropdown>
    </div>
  );
}

interface FilterFormProps {
  filter: AdhocFilter;
  source: FilterSource;
  onApply: (filter: AdhocFilter) => void;
}

const MOST = 40;

function FilterForm({ filter, source, onApply }: FilterFormProps) {
  const { close } = use(DropdownContext);
  const [draft, setDraft] = useState(filter);
  const [asking, setAsking] = useState<'key' | 'value'>(filter.key === '' ? 'key' : 'value');
  const keys = useQuery({
    queryKey: ['adhoc-keys', source.id],
    queryFn: ({ signal }) => source.keys(signal),
    staleTime: 60_000,
  });
  const values = useQuery({
    enabled: draft.key !== '',
    queryKey: ['adhoc-values', source.id, draft.key],
    queryFn: ({ signal }) => source.values(draft.key, signal),
    staleTime: 60_000,
  });
  const words = asking === 'key' ? draft.key : draft.value;
  const offered = (asking === 'key' ? keys.data : values.data) ?? [];
  const found = offered.filter((one) => one.toLowerCase().includes(words.toLowerCase()));
  const shown = found.length > 0 && !offered.includes(words) ? found : offered;
  const take = (one: string) => {
    if (asking === 'key') {
      setDraft({ ...draft, key: one, value: '' });
      setAsking('value');
    } else {
      setDraft({ ...draft, value: one });
    }
  };
  const sound = draft.key.trim() !== '';
  return (
    <form
      className={styles.filterForm}
      onSubmit={(event) => {
        event.preventDefault();
        if (!sound) return;
        close();
        onApply({ ...draft, key: draft.key.trim() });
      }}
    >
      <TextField
        label="Label"
        value={draft.key}
        onFocus={() => setAsking('key')}
        onChange={(event) => setDraft({ ...draft, key: event.currentTarget.value })}
      />
      <div className={styles.filterLine}>
        <Select
          label="Operator"
          hideLabel
          value={draft.operator}
          options={OPERATORS.map((value) => ({ value, name: value }))}
          onChange={(operator) => setDraft({ ...draft, operator })}
        />
        <TextField
          aria-label="Value"
          placeholder="Value"
          value={draft.value}
          onFocus={() => setAsking('value')}
          onChange={(event) => setDraft({ ...draft, value: event.currentTarget.value })}
        />
      </div>
      <ul className={styles.list} aria-label={asking === 'key' ? 'Labels' : 'Values'}>
        {shown.slice(0, MOST).map((one) => (
          <li key={one}>
            <button type="button" data-item className={styles.option} onClick={() => take(one)}>
              <span className={styles.optionText}>{one}</span>
            </button>
          </li>
        ))}
      </ul>
      <Button type="submit" disabled={!sound}>
        Apply
      </Button>
    </form>
  );
}
