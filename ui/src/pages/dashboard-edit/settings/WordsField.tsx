import { useState } from 'react';
import { TextField } from '../../../parts/TextField';

export interface WordsFieldProps {
  label: string;
  placeholder: string;
  value: readonly string[];
  onChange: (words: readonly string[]) => void;
}

const read = (text: string): readonly string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** A few words with commas between them. */
export function WordsField({ label, placeholder, value, onChange }: WordsFieldProps) {
  const [text, setText] = useState(() => value.join(', '));
  const shown = read(text).join() === value.join() ? text : value.join(', ');
  return (
    <TextField
      label={label}
      placeholder={placeholder}
      value={shown}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(read(event.currentTarget.value));
      }}
    />
  );
}
