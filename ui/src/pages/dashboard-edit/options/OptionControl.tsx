import type { Json } from '../../../dash/model';
import { texts } from '../../../dash/model/json';
import { Segments } from '../../../parts/Segments';
import { Select } from '../../../parts/Select';
import { TextArea } from '../../../parts/TextArea';
import { TextField } from '../../../parts/TextField';
import type { OptionField } from '../../../viz/types';
import { ColourInput } from './ColourInput';
import { NumberInput } from './NumberInput';
import { PickMany } from './PickMany';
import { Switch } from './Switch';
import styles from './options.module.css';

export interface OptionControlProps {
  field: OptionField;
  /** As the panel says, or as its kind does where the panel says nothing. */
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}

const asText = (value: Json | undefined): string =>
  value === undefined || value === null || typeof value === 'object' ? '' : String(value);

/** One setting, drawn as its kind wants it. */
export function OptionControl({ field, value, onChange }: OptionControlProps) {
  const { label, kind } = field;
  if (kind === 'switch') return <Switch label={label} on={value === true} onChange={onChange} />;
  if (kind === 'textarea') {
    return (
      <TextArea
        label={label}
        rows={8}
        code
        value={asText(value)}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <div className={styles.field}>
      <span className={styles.label}>{label}</span>
      <Control field={field} value={value} onChange={onChange} />
    </div>
  );
}

/** Choices are of any plain type; controls know texts alone. */
function Control({ field, value, onChange }: OptionControlProps) {
  const { label, kind, choices = [] } = field;
  const options = choices.map((one) => ({ value: String(one.value), name: one.label }));
  const choose = (text: string) =>
    onChange(choices.find((one) => String(one.value) === text)?.value ?? text);
  switch (kind) {
    case 'segments':
      return (
        <Segments
          aria-label={label}
          value={asText(value)}
          data={options.map((one) => ({ value: one.value, label: one.name }))}
          onChange={choose}
        />
      );
    case 'select': {
      const text = asText(value);
      const known = options.some((one) => one.value === text);
      return (
        <Select
          label={label}
          hideLabel
          value={text}
          options={known ? options : [{ value: text, name: text === '' ? '–' : text }, ...options]}
          onChange={choose}
        />
      );
    }
    case 'multi':
      return (
        <PickMany
          label={label}
          value={texts(value)}
          choices={options.map((one) => ({ value: one.value, label: one.name }))}
          onChange={(next) => onChange([...next])}
        />
      );
    case 'slider':
      return <Slider field={field} value={value} onChange={onChange} />;
    case 'number':
      return (
        <NumberInput
          aria-label={label}
          value={typeof value === 'number' ? value : undefined}
          min={field.min}
          max={field.max}
          onChange={onChange}
        />
      );
    case 'color':
      return <ColourInput label={label} value={asText(value)} onChange={onChange} />;
    default:
      return (
        <TextField
          aria-label={label}
          value={asText(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}

function Slider({ field, value, onChange }: OptionControlProps) {
  const { label, min = 0, max = 100, step = 1 } = field;
  const now = typeof value === 'number' ? value : min;
  return (
    <div className={styles.slider}>
      <input
        type="range"
        aria-label={label}
        min={min}
        max={max}
        step={step}
        value={now}
        onChange={(event) => onChange(Number(event.currentTarget.value))}
      />
      <NumberInput aria-label={`${label}, as a number`} value={now} min={min} onChange={onChange} />
    </div>
  );
}
