import { useState } from 'react';
import type { ContactOption, ContactType } from '../../api/grafana/contacts';
import { Select } from '../../parts/Select';
import { TextArea } from '../../parts/TextArea';
import { TextField } from '../../parts/TextField';
import { Toggles } from '../../parts/Toggles';
import { isMain, REDACTED, type ContactDraft } from './model/contact';
import styles from './alerting.module.css';

export interface ContactFormProps {
  draft: ContactDraft;
  types: readonly ContactType[];
  problems: Readonly<Record<string, string>>;
  /** Whether problems are shown yet. */
  tried: boolean;
  locked: boolean;
  onChange: (draft: ContactDraft) => void;
}

/** The fields of a contact point; which they are the server says. */
export function ContactForm({ draft, types, tried, locked, ...props }: ContactFormProps) {
  const type = types.find((one) => one.type === draft.type);
  const options = type?.options ?? [];
  const problems = tried ? props.problems : {};
  const set = (name: string, value: string) =>
    props.onChange({ ...draft, values: { ...draft.values, [name]: value } });
  const field = (option: ContactOption) => (
    <OptionField
      key={option.propertyName}
      option={option}
      value={draft.values[option.propertyName] ?? ''}
      error={problems[option.propertyName] ?? null}
      locked={locked}
      onChange={(value) => set(option.propertyName, value)}
    />
  );
  const main = options.filter((one) => type !== undefined && isMain(type, one));
  const more = options.filter((one) => !main.includes(one));
  const wrongBelow = more.some((one) => problems[one.propertyName] !== undefined);
  return (
    <>
      <div className={styles.pair}>
        <TextField
          label="Name"
          placeholder="on-call"
          readOnly={locked}
          value={draft.name}
          error={problems['name'] ?? null}
          onChange={(event) => props.onChange({ ...draft, name: event.currentTarget.value })}
        />
        <Select
          label="Kind"
          value={draft.type}
          onChange={(next) => !locked && props.onChange({ ...draft, type: next, rest: {} })}
          options={types.map((one) => ({
            value: one.type,
            name: one.delivered ? one.name : `${one.name} (kept, not sent to)`,
          }))}
        />
      </div>
      {type !== undefined && type.description !== '' && (
        <p className={styles.dim}>{type.description}</p>
      )}
      {main.map(field)}
      <details className={styles.more} open={wrongBelow || undefined}>
        <summary>{`More settings of ${type?.name ?? 'it'}`}</summary>
        <div className={styles.fields}>
          {more.map(field)}
          <Toggles
            label="Messages"
            items={[
              {
                value: 'disable',
                name: 'Do not tell when it is over',
                on: draft.disableResolve,
              },
            ]}
            onToggle={(_, on) => !locked && props.onChange({ ...draft, disableResolve: on })}
          />
        </div>
      </details>
    </>
  );
}

interface OptionFieldProps {
  option: ContactOption;
  value: string;
  error: string | null;
  locked: boolean;
  onChange: (value: string) => void;
}

function OptionField({ option, value, error, locked, onChange }: OptionFieldProps) {
  const hint =
    option.description === '' ? null : <p className={styles.hint}>{option.description}</p>;
  const label = option.required ? option.label : `${option.label} (optional)`;
  if (option.element === 'checkbox') {
    return (
      <div>
        <Toggles
          label={option.label}
          items={[{ value: 'on', name: option.label, on: value === 'true' }]}
          onToggle={(_, on) => !locked && onChange(on ? 'true' : '')}
        />
        {hint}
      </div>
    );
  }
  if (option.element === 'select') {
    const known = option.selectOptions.some((one) => one.value === value);
    return (
      <Select
        label={label}
        value={value}
        onChange={(next) => !locked && onChange(next)}
        options={[
          ...(known ? [] : [{ value, name: value === '' ? 'As usual' : value }]),
          ...option.selectOptions.map((one) => ({ value: one.value, name: one.label })),
        ]}
      />
    );
  }
  if (option.secure) return <SecretField {...{ option, label, value, error, locked, onChange }} />;
  const structured = option.element === 'key_value_map' || option.element === 'subform';
  if (structured || option.element === 'textarea') {
    return (
      <div>
        <TextArea
          label={structured ? `${label}, as JSON` : label}
          code={structured || option.placeholder.includes('{{')}
          rows={2}
          placeholder={structured ? '{ }' : option.placeholder}
          readOnly={locked}
          spellCheck={false}
          value={value}
          error={error}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
        {hint}
      </div>
    );
  }
  return (
    <div>
      <TextField
        label={label}
        placeholder={option.placeholder}
        readOnly={locked}
        autoComplete="off"
        spellCheck={false}
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {hint}
    </div>
  );
}

/** What is stored is never shown; typing replaces it, and emptying the field keeps it. */
function SecretField({
  option,
  value,
  error,
  locked,
  onChange,
  label,
}: OptionFieldProps & { label: string }) {
  const [wasStored] = useState(value === REDACTED);
  const stored = value === REDACTED;
  return (
    <div>
      <TextField
        label={label}
        type="password"
        autoComplete="new-password"
        placeholder={wasStored ? 'stored; type to replace it' : ''}
        readOnly={locked}
        value={stored ? '' : value}
        error={error}
        onChange={(event) => {
          const typed = event.currentTarget.value;
          onChange(typed === '' && wasStored ? REDACTED : typed);
        }}
      />
      {option.description !== '' && <p className={styles.hint}>{option.description}</p>}
    </div>
  );
}
