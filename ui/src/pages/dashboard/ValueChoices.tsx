import { IconCheck } from '@tabler/icons-react';
import { use, useEffect, useEffectEvent, useState } from 'react';
import { ALL } from '../../dash/variables/interpolate';
import { DropdownContext } from '../../parts/dropdownContext';
import { TextField } from '../../parts/TextField';
import type { ValuePickerProps } from './ValuePicker';
import { findOptions, labelOf, sameValues, toggled } from './variableView';
import styles from './variables.module.css';

const MOST = 200;

/** What there is to choose from, and a field to find one. */
export function ValueChoices({ view, onChange }: ValuePickerProps) {
  const { close } = use(DropdownContext);
  const { variable, error } = view;
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState(view.values);
  const settle = useEffectEvent(() => {
    if (variable.multi && !sameValues(chosen, view.values)) onChange(chosen);
  });
  useEffect(() => () => settle(), []);

  const all = view.options.filter((one) => one.value !== ALL);
  const found = findOptions(all, words);
  const custom = words.trim();
  const known = all.some((one) => one.text === custom || one.value === custom);
  const choose = (value: string) => {
    if (variable.multi) {
      setChosen(toggled(chosen, value, variable.includeAll));
    } else {
      close();
      if (!sameValues([value], view.values)) onChange([value]);
    }
  };
  const only = (value: string) => {
    setChosen([value]);
    close();
  };
  const item = (value: string, text: string) => {
    const on = chosen.includes(value);
    return (
      <li key={value} className={styles.row} role="none">
        <button
          type="button"
          data-item
          role={variable.multi ? 'checkbox' : 'option'}
          {...(variable.multi ? { 'aria-checked': on } : { 'aria-selected': on })}
          className={styles.option}
          title={text}
          onClick={() => choose(value)}
        >
          <span className={styles.mark} data-multi={variable.multi || undefined}>
            {on && <IconCheck size={13} aria-hidden />}
          </span>
          <span className={styles.optionText}>{text}</span>
        </button>
        {variable.multi && value !== ALL && (
          <button
            type="button"
            className={styles.only}
            aria-label={`Only ${text}`}
            onClick={() => only(value)}
          >
            only
          </button>
        )}
      </li>
    );
  };
  return (
    <div className={styles.choices}>
      <TextField
        aria-label={`Find a value of ${labelOf(variable)}`}
        placeholder="Find"
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          const [first] = found;
          if (first !== undefined && custom !== '') choose(first.value);
          else if (custom !== '' && variable.allowCustomValue) choose(custom);
          else close();
        }}
      />
      {error !== '' && (
        <p className={styles.error} role="alert">
          {error}
        </p>
      )}
      <ul
        className={styles.list}
        role={variable.multi ? 'group' : 'listbox'}
        aria-label={labelOf(variable)}
      >
        {variable.includeAll && custom === '' && item(ALL, 'All')}
        {found.slice(0, MOST).map((one) => item(one.value, one.text))}
        {custom !== '' && !known && variable.allowCustomValue && item(custom, `Use “${custom}”`)}
      </ul>
      {found.length > MOST && (
        <p className={styles.note}>{`${found.length - MOST} more: type to find one`}</p>
      )}
      {found.length === 0 && !view.loading && error === '' && (
        <p className={styles.note}>
          {all.length === 0 ? 'The query found no values.' : 'No value holds these words.'}
        </p>
      )}
    </div>
  );
}
