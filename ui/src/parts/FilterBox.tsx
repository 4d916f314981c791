import { ActionIcon, TextInput } from '@mantine/core';
import { IconFilter, IconX } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';

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
    <TextInput
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
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label="Clear the filter"
            onClick={() => onChange('')}
          >
            <IconX size={14} />
          </ActionIcon>
        )
      }
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onChange('');
      }}
    />
  );
}
