import { useState } from 'react';
import { TextField } from '../../../parts/TextField';

export interface NumberInputProps {
  label?: string;
  'aria-label'?: string;
  value: number | undefined;
  placeholder?: string;
  min?: number | undefined;
  max?: number | undefined;
  onChange: (value: number | undefined) => void;
}

/** A number or nothing. What is typed stays as it is typed; only what is a number counts. */
export function NumberInput(props: NumberInputProps) {
  const { value, placeholder = 'Auto', min, max, onChange } = props;
  const [text, setText] = useState(() => (value === undefined ? '' : String(value)));
  const [shown, setShown] = useState(value);
  if (value !== shown) {
    setShown(value);
    setText(value === undefined ? '' : String(value));
  }
  const number = Number(text);
  const wrong =
    text.trim() === ''
      ? null
      : !Number.isFinite(number)
        ? 'Not a number'
        : min !== undefined && number < min
          ? `At least ${min}`
          : max !== undefined && number > max
            ? `At most ${max}`
            : null;
  return (
    <TextField
      {...(props.label === undefined ? {} : { label: props.label })}
      {...(props['aria-label'] === undefined ? {} : { 'aria-label': props['aria-label'] })}
      inputMode="decimal"
      value={text}
      placeholder={placeholder}
      error={wrong}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        const read = next.trim() === '' ? undefined : Number(next);
        if (read !== undefined && !Number.isFinite(read)) return;
        if (read !== undefined && ((min ?? read) > read || (max ?? read) < read)) return;
        setShown(read);
        onChange(read);
      }}
    />
  );
}
