import { IconFilter, IconX } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { IconButton } from './IconButton';
import { TextField } from './TextField';

export interface FilterBoxProps {
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
  className?: string | undefined;
}

/** The filter of a page. `/` brings the cursor here, Escape empties it. */
export function FilterBox({ value, onChange, placeholder, className }: FilterBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target;
      if (target instanceof HTMLElement && target.closest('input, textarea, [contenteditable]'))
        return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <TextField
      ref={input}
      {...(className === undefined ? {} : { className })}
      type="search"
      aria-label={placeholder}
      placeholder={placeholder}
      value={value}
      spellCheck={false}
      leftSection={<IconFilter size={16} aria-hidden />}
      rightSection={
        value === '' ? null : (
          <IconButton
            variant="subtle"
            size={22}
            aria-label="Clear the filter"
            onClick={() => onChange('')}
          >
            <IconX size={14} />
          </IconButton>
        )
      }
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onChange('');
      }}
    />
  );
}
