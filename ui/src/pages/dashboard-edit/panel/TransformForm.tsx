import { useState } from 'react';
import type { JsonObject } from '../../../dash/model';
import { number, objects, text, texts } from '../../../dash/model/json';
import { REDUCERS } from '../../../dash/data/reducers';
import { Segments } from '../../../parts/Segments';
import { Select } from '../../../parts/Select';
import { TextArea } from '../../../parts/TextArea';
import { TextField } from '../../../parts/TextField';
import { NumberInput } from '../options/NumberInput';
import { PickMany } from '../options/PickMany';
import { Switch } from '../options/Switch';
import { getAt, setAt } from '../options/paths';
import { readJson } from '../settings/jsonPosition';
import { CalculateForm } from './CalculateForm';
import { GroupForm } from './GroupForm';
import { OrganizeForm } from './OrganizeForm';
import styles from './panel.module.css';

export interface TransformFormProps {
  id: string;
  options: JsonObject;
  /** Of the fields that come in. */
  names: readonly string[];
  refIds: readonly string[];
  onChange: (options: JsonObject) => void;
}

const CALCS = REDUCERS.map(({ id, name }) => ({ value: id, label: name }));

/** A form for those that are used every day; JSON for the rest. */
export function TransformForm(props: TransformFormProps) {
  switch (props.id) {
    case 'merge':
    case 'seriesToRows':
    case 'transpose':
      return <p className={styles.dim}>It has no settings.</p>;
    case 'organize':
      return <OrganizeForm {...props} />;
    case 'groupBy':
      return <GroupForm {...props} />;
    case 'calculateField':
      return <CalculateForm {...props} />;
    case 'reduce':
      return <ReduceForm {...props} />;
    case 'joinByField':
      return <JoinForm {...props} />;
    case 'filterFieldsByName':
      return <FilterForm {...props} />;
    case 'filterByRefId':
      return <RefForm {...props} />;
    case 'renameByRegex':
      return <RenameForm {...props} />;
    case 'sortBy':
      return <SortForm {...props} />;
    case 'limit':
      return (
        <div className={styles.fields}>
          <NumberInput
            label="Rows"
            min={0}
            value={number(props.options['limitField'])}
            onChange={(limitField) => props.onChange({ ...props.options, limitField })}
          />
        </div>
      );
    case 'labelsToFields':
      return <LabelsForm {...props} />;
    default:
      return <JsonForm {...props} />;
  }
}

const named = (names: readonly string[]) => names.map((name) => ({ value: name, label: name }));

function ReduceForm({ options, onChange }: TransformFormProps) {
  const mode = text(options['mode'], 'seriesToRows');
  const set = (path: string, value: ReturnType<typeof getAt>) =>
    onChange(setAt(options, path, value));
  return (
    <div className={styles.fields}>
      <Select
        label="Mode"
        value={mode}
        options={[
          { value: 'seriesToRows', name: 'Series to rows' },
          { value: 'reduceFields', name: 'Each field to one value' },
        ]}
        onChange={(next) => set('mode', next)}
      />
      <div>
        <span className={styles.label}>Calculations</span>
        <PickMany
          label="Calculations"
          value={texts(options['reducers'])}
          choices={CALCS}
          onChange={(next) => set('reducers', [...next])}
        />
      </div>
      {mode === 'seriesToRows' && (
        <Switch
          label="Labels to fields"
          on={options['labelsToFields'] === true}
          onChange={(on) => set('labelsToFields', on)}
        />
      )}
      {mode === 'reduceFields' && (
        <Switch
          label="Keep the time"
          on={options['includeTimeField'] === true}
          onChange={(on) => set('includeTimeField', on)}
        />
      )}
    </div>
  );
}

function JoinForm({ options, names, onChange }: TransformFormProps) {
  return (
    <div className={styles.fields}>
      <Segments
        aria-label="Join"
        value={text(options['mode'], 'outer')}
        data={[
          { value: 'outer', label: 'Outer, by time' },
          { value: 'outerTabular', label: 'Outer, of tables' },
          { value: 'inner', label: 'Inner' },
        ]}
        onChange={(mode) => onChange({ ...options, mode })}
      />
      <Select
        label="Field"
        value={text(options['byField'])}
        options={[{ value: '', name: 'The time' }, ...names.map((name) => ({ value: name, name }))]}
        onChange={(byField) =>
          onChange(setAt(options, 'byField', byField === '' ? undefined : byField))
        }
      />
    </div>
  );
}

function FilterForm({ options, names, onChange }: TransformFormProps) {
  const include = getAt(options, 'exclude.names') === undefined;
  const side = include ? 'include' : 'exclude';
  const pattern = text(getAt(options, `${side}.pattern`));
  const set = (what: string, value: ReturnType<typeof getAt>) =>
    onChange(setAt(options, `${side}.${what}`, value));
  return (
    <div className={styles.fields}>
      <Segments
        aria-label="Named fields are"
        value={side}
        data={[
          { value: 'include', label: 'Keep' },
          { value: 'exclude', label: 'Drop' },
        ]}
        onChange={(next) =>
          onChange({ [next]: { names: [...texts(getAt(options, `${side}.names`))] } })
        }
      />
      <div>
        <span className={styles.label}>Fields</span>
        <PickMany
          label="Fields"
          value={texts(getAt(options, `${side}.names`))}
          choices={named(names)}
          onChange={(next) => set('names', [...next])}
        />
      </div>
      <TextField
        label="Pattern"
        placeholder="None, or a regular expression"
        value={pattern}
        onChange={(event) => {
          const next = event.currentTarget.value;
          set('pattern', next === '' ? undefined : next);
        }}
      />
    </div>
  );
}

function RefForm({ options, refIds, onChange }: TransformFormProps) {
  return (
    <div className={styles.fields}>
      <div>
        <span className={styles.label}>Keep the queries</span>
        <PickMany
          label="Keep the queries"
          value={text(options['include']).split('|').filter(Boolean)}
          choices={named(refIds)}
          onChange={(next) => onChange(setAt(options, 'include', next.join('|')))}
        />
      </div>
    </div>
  );
}

function RenameForm({ options, onChange }: TransformFormProps) {
  return (
    <div className={styles.fields}>
      <TextField
        label="Match"
        value={text(options['regex'])}
        onChange={(event) => onChange({ ...options, regex: event.currentTarget.value })}
      />
      <TextField
        label="Replace by"
        value={text(options['renamePattern'])}
        onChange={(event) => onChange({ ...options, renamePattern: event.currentTarget.value })}
      />
    </div>
  );
}

function SortForm({ options, names, onChange }: TransformFormProps) {
  const field = text(firstSort(options)['field']);
  const desc = firstSort(options)['desc'] === true;
  const set = (next: JsonObject) => onChange({ ...options, sort: [next] });
  return (
    <div className={styles.fields}>
      <Select
        label="Field"
        value={field}
        options={[
          { value: '', name: 'Choose a field' },
          ...[...new Set([...names, ...(field === '' ? [] : [field])])].map((name) => ({
            value: name,
            name,
          })),
        ]}
        onChange={(next) => set({ field: next, desc })}
      />
      <Switch label="Greatest first" on={desc} onChange={(on) => set({ field, desc: on })} />
    </div>
  );
}

function firstSort(options: JsonObject): JsonObject {
  return objects(options['sort'])[0] ?? {};
}

function LabelsForm({ options, onChange }: TransformFormProps) {
  const mode = text(options['mode'], 'columns');
  return (
    <div className={styles.fields}>
      <Segments
        aria-label="Labels become"
        value={mode}
        data={[
          { value: 'columns', label: 'Columns' },
          { value: 'rows', label: 'Rows' },
        ]}
        onChange={(next) => onChange({ ...options, mode: next })}
      />
      <TextField
        label="Only these labels"
        placeholder="All; or instance, job"
        value={texts(options['keepLabels']).join(', ')}
        onChange={(event) => {
          const labels = event.currentTarget.value.split(/\s*,\s*/).filter(Boolean);
          onChange(setAt(options, 'keepLabels', labels.length === 0 ? undefined : labels));
        }}
      />
      {mode === 'columns' && (
        <TextField
          label="Label that names the value"
          placeholder="None"
          value={text(options['valueLabel'])}
          onChange={(event) => {
            const next = event.currentTarget.value;
            onChange(setAt(options, 'valueLabel', next === '' ? undefined : next));
          }}
        />
      )}
    </div>
  );
}

function JsonForm({ options, onChange }: TransformFormProps) {
  const [own, setOwn] = useState(() => JSON.stringify(options, null, 2));
  const read = readJson(own);
  return (
    <TextArea
      label="Settings as JSON"
      code
      rows={Math.min(16, Math.max(3, own.split('\n').length))}
      value={own}
      error={read.ok ? null : read.message}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setOwn(next);
        const now = readJson(next);
        if (now.ok) onChange(now.value);
      }}
    />
  );
}
