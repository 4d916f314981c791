import { useState } from 'react';
import type { Variable } from '../../../dash/model';
import { Button } from '../../../parts/Button';
import { Card } from '../../../parts/Card';
import { Select } from '../../../parts/Select';
import { TextArea } from '../../../parts/TextArea';
import { TextField } from '../../../parts/TextField';
import type { DashboardSession } from '../../dashboard/session';
import { NumberInput } from '../options/NumberInput';
import { Switch } from '../options/Switch';
import { plainSourceOptions } from '../panel/sourceOptions';
import { VariablePreview } from './VariablePreview';
import { nameError, SORTS, TYPES } from './variableRules';
import styles from './settings.module.css';

export interface VariableFormProps {
  session: DashboardSession;
  start: Variable;
  others: readonly Variable[];
  onDone: (variable: Variable) => void;
  onClose: () => void;
}

const HIDE = [
  { value: '0', name: 'Shown' },
  { value: '1', name: 'Without its name' },
  { value: '2', name: 'Hidden' },
];

/** One variable, with the values that it would offer now. */
export function VariableForm({ session, start, others, onDone, onClose }: VariableFormProps) {
  const [now, setNow] = useState(start);
  const set = (change: Partial<Variable>) => setNow({ ...now, ...change });
  const error = nameError(now.name, others);
  const list = now.type === 'query' || now.type === 'custom' || now.type === 'datasource';
  return (
    <form
      className={styles.columns}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (error === null) onDone(now);
      }}
    >
      <Card title={start.name === '' ? 'New variable' : `Variable $${start.name}`}>
        <div className={styles.form}>
          <Select
            label="Kind"
            value={now.type}
            options={TYPES}
            onChange={(value) => {
              const type = TYPES.find((one) => one.value === value)?.value ?? 'query';
              const query =
                type === 'datasource'
                  ? 'prometheus'
                  : type === 'interval'
                    ? '1m,10m,30m,1h,6h,12h,1d'
                    : '';
              set({ type, query: type === start.type ? start.query : query, options: [] });
            }}
          />
          <TextField
            label="Name"
            value={now.name}
            error={error}
            autoFocus
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <TextField
            label="Label"
            placeholder={now.name}
            value={now.label}
            onChange={(event) => set({ label: event.currentTarget.value })}
          />
          <TextField
            label="Description"
            value={now.description}
            onChange={(event) => set({ description: event.currentTarget.value })}
          />
          <Select
            label="Above the panels"
            value={String(now.hide)}
            options={HIDE}
            onChange={(value) => set({ hide: value === '1' ? 1 : value === '2' ? 2 : 0 })}
          />
        </div>
      </Card>
      <Card title="Values">
        <div className={styles.form}>
          <Source session={session} now={now} set={set} />
          {list && <Choice now={now} set={set} />}
        </div>
      </Card>
      <Card title="Values it would offer now">
        <div className={styles.form}>
          <VariablePreview session={session} variable={now} others={others} />
          <div className={styles.line}>
            <Button type="submit" disabled={error !== null}>
              Apply
            </Button>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
          </div>
        </div>
      </Card>
    </form>
  );
}

interface PartProps {
  now: Variable;
  set: (change: Partial<Variable>) => void;
}

function Source({ session, now, set }: PartProps & { session: DashboardSession }) {
  const query = (label: string, placeholder: string) => (
    <TextField
      label={label}
      placeholder={placeholder}
      value={now.query}
      onChange={(event) => set({ query: event.currentTarget.value })}
    />
  );
  const source = (
    <Select
      label="Data source"
      value={now.datasource.uid}
      options={plainSourceOptions(session, now.datasource)}
      onChange={(uid) => {
        const found = session.deps.sources.find((one) => one.uid === uid);
        set({ datasource: { type: found?.type ?? (uid === '' ? '' : 'prometheus'), uid } });
      }}
    />
  );
  switch (now.type) {
    case 'query':
      return (
        <>
          {source}
          <TextArea
            label="Query"
            code
            rows={2}
            placeholder="label_values(up, instance)"
            value={now.query}
            onChange={(event) => set({ query: event.currentTarget.value })}
          />
          <p className={styles.dim}>
            label_values(metric, label), label_values(label), metrics(pattern), label_names(),
            query_result(expression)
          </p>
          <TextField
            label="Regex"
            placeholder="None; /(.*):9100/ keeps what is in the brackets"
            value={now.regex}
            onChange={(event) => set({ regex: event.currentTarget.value })}
          />
          <Select
            label="Order"
            value={String(now.sort)}
            options={SORTS}
            onChange={(value) => set({ sort: Number(value) })}
          />
          <Select
            label="Asked again"
            value={now.refresh === 2 ? '2' : '1'}
            options={[
              { value: '1', name: 'When the dashboard opens' },
              { value: '2', name: 'When the time range changes' },
            ]}
            onChange={(value) => set({ refresh: value === '2' ? 2 : 1 })}
          />
        </>
      );
    case 'datasource':
      return (
        <>
          {query('Type', 'prometheus')}
          <TextField
            label="Only names that match"
            placeholder="All, or /prod/"
            value={now.regex}
            onChange={(event) => set({ regex: event.currentTarget.value })}
          />
        </>
      );
    case 'interval':
      return (
        <>
          {query('Spans', '1m,10m,1h,1d')}
          <Switch label="Offer Auto" on={now.auto} onChange={(auto) => set({ auto })} />
          {now.auto && (
            <>
              <NumberInput
                label="Auto makes about this many steps"
                min={1}
                value={now.autoCount}
                onChange={(count) => set({ autoCount: count ?? 30 })}
              />
              <TextField
                label="But none shorter than"
                value={now.autoMin}
                onChange={(event) => set({ autoMin: event.currentTarget.value })}
              />
            </>
          )}
        </>
      );
    case 'custom':
      return query('Values', '1, 10, Twenty : 20');
    case 'adhoc':
      return source;
    case 'constant':
      return query('Value', '');
    default:
      return query('Text to begin with', '');
  }
}

function Choice({ now, set }: PartProps) {
  return (
    <>
      <Switch label="Several at once" on={now.multi} onChange={(multi) => set({ multi })} />
      <Switch
        label="Offer All"
        on={now.includeAll}
        onChange={(includeAll) => set({ includeAll })}
      />
      {now.includeAll && (
        <TextField
          label="All stands for"
          placeholder="All values; or .*"
          value={now.allValue ?? ''}
          onChange={(event) => {
            const value = event.currentTarget.value;
            set({ allValue: value === '' ? null : value });
          }}
        />
      )}
      <Switch
        label="Accept values that are not listed"
        on={now.allowCustomValue}
        onChange={(allowCustomValue) => set({ allowCustomValue })}
      />
    </>
  );
}
