import { REDUCERS } from '../../../dash/data/reducers';
import type { Json } from '../../../dash/model';
import { isObject, object, text, texts } from '../../../dash/model/json';
import { Select } from '../../../parts/Select';
import { TextField } from '../../../parts/TextField';
import { getAt, setAt } from '../options/paths';
import { PickMany } from '../options/PickMany';
import { Switch } from '../options/Switch';
import type { TransformFormProps } from './TransformForm';
import styles from './panel.module.css';

const MODES = [
  { value: 'reduceRow', name: 'Reduce each row' },
  { value: 'binary', name: 'Two fields or a field and a number' },
  { value: 'unary', name: 'Function of one field' },
  { value: 'index', name: 'Number of the row' },
];
const OPERATORS = ['+', '-', '*', '/', '%', '**', '>', '>=', '<', '<=', '=', '!='];
const FUNCTIONS = ['abs', 'exp', 'ln', 'floor', 'ceil', 'round', 'trunc'];
const CALCS = REDUCERS.map(({ id, name }) => ({ value: id, name }));

/** A new field from the others. Modes without a form here keep their options. */
export function CalculateForm({ options, names, onChange }: TransformFormProps) {
  const mode = text(options['mode'], 'reduceRow');
  const set = (path: string, value: Json | undefined) => onChange(setAt(options, path, value));
  const known = MODES.some((one) => one.value === mode);
  return (
    <div className={styles.fields}>
      <Select
        label="Mode"
        value={mode}
        options={known ? MODES : [...MODES, { value: mode, name: mode }]}
        onChange={(next) => set('mode', next)}
      />
      {mode === 'reduceRow' && (
        <>
          <Select
            label="Calculation"
            value={text(getAt(options, 'reduce.reducer'), 'sum')}
            options={CALCS}
            onChange={(next) => set('reduce.reducer', next)}
          />
          <div>
            <span className={styles.label}>Of the fields</span>
            <PickMany
              label="Of the fields"
              value={texts(getAt(options, 'reduce.include'))}
              choices={names.map((name) => ({ value: name, label: name }))}
              onChange={(next) => set('reduce.include', next.length === 0 ? undefined : [...next])}
            />
          </div>
        </>
      )}
      {mode === 'binary' && (
        <>
          <Operand
            label="Left"
            value={getAt(options, 'binary.left')}
            names={names}
            onChange={(next) => set('binary.left', next)}
          />
          <Select
            label="Operator"
            value={text(getAt(options, 'binary.operator'), '+')}
            options={OPERATORS.map((value) => ({ value, name: value }))}
            onChange={(next) => set('binary.operator', next)}
          />
          <Operand
            label="Right"
            value={getAt(options, 'binary.right')}
            names={names}
            onChange={(next) => set('binary.right', next)}
          />
        </>
      )}
      {mode === 'unary' && (
        <>
          <Select
            label="Function"
            value={text(getAt(options, 'unary.operator'), 'abs')}
            options={FUNCTIONS.map((value) => ({ value, name: value }))}
            onChange={(next) => set('unary.operator', next)}
          />
          <Select
            label="Field"
            value={text(getAt(options, 'unary.fieldName'))}
            options={[
              { value: '', name: 'Choose a field' },
              ...names.map((name) => ({ value: name, name })),
            ]}
            onChange={(next) => set('unary.fieldName', next)}
          />
        </>
      )}
      <TextField
        label="Name"
        placeholder="Made from the calculation"
        value={text(options['alias'])}
        onChange={(event) => {
          const next = event.currentTarget.value;
          set('alias', next === '' ? undefined : next);
        }}
      />
      <Switch
        label="Replace all fields"
        on={options['replaceFields'] === true}
        onChange={(on) => set('replaceFields', on)}
      />
    </div>
  );
}

interface OperandProps {
  label: string;
  value: Json | undefined;
  names: readonly string[];
  onChange: (value: Json) => void;
}

/** Newer files name the field within a matcher. */
function operandText(value: Json | undefined): string {
  if (!isObject(value)) return text(value);
  return text(value['fixed'], text(object(value['matcher'])['options']));
}

function Operand({ label, value, names, onChange }: OperandProps) {
  const id = `operand-${label}`;
  return (
    <div>
      <TextField
        label={label}
        placeholder="A field or a number"
        list={id}
        value={operandText(value)}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <datalist id={id}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </div>
  );
}
