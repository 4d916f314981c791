import type { ReactNode } from 'react';
import type { Panel } from '../../../dash/model';
import { Segments } from '../../../parts/Segments';
import { Select } from '../../../parts/Select';
import { TextArea } from '../../../parts/TextArea';
import { TextField } from '../../../parts/TextField';
import { Links } from './Links';
import { Section } from './Section';
import { Switch } from './Switch';
import styles from './options.module.css';

export interface PanelOptionsProps {
  panel: Panel;
  /** Of the search, in small letters. */
  words: string;
  variables: readonly string[];
  onChange: (panel: Panel) => void;
}

const PER_ROW = [1, 2, 3, 4, 6, 8, 12].map((n) => ({ value: String(n), name: String(n) }));

/** What every panel has: its title, where it leads to, how often it is there. */
export function PanelOptions({ panel, words, variables, onChange }: PanelOptionsProps) {
  const set = (change: Partial<Panel>) => onChange({ ...panel, ...change });
  const items: readonly (readonly [string, ReactNode])[] = [
    [
      'title',
      <TextField
        key="title"
        label="Title"
        value={panel.title}
        onChange={(event) => set({ title: event.currentTarget.value })}
      />,
    ],
    [
      'description markdown',
      <TextArea
        key="description"
        label="Description"
        rows={2}
        placeholder="Shown at the title; Markdown"
        value={panel.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />,
    ],
    [
      'transparent background',
      <Switch
        key="transparent"
        label="Transparent background"
        on={panel.transparent}
        onChange={(transparent) => set({ transparent })}
      />,
    ],
  ];
  const shown = items.filter(([name]) => `panel options ${name}`.includes(words));
  return (
    <>
      {shown.length > 0 && (
        <Section title="Panel options" forced={words !== ''}>
          {shown.map(([, item]) => item)}
        </Section>
      )}
      {'panel links'.includes(words) && (
        <Section title="Panel links" closed forced={words !== ''}>
          <Links
            value={panel.links}
            hint="May hold variables, ${__url_time_range} and ${__all_variables}"
            onChange={(links) => set({ links })}
          />
        </Section>
      )}
      {'repeat options variable'.includes(words) && (
        <Section title="Repeat" closed forced={words !== ''}>
          <Repeat panel={panel} variables={variables} onChange={onChange} />
        </Section>
      )}
    </>
  );
}

function Repeat({ panel, variables, onChange }: Omit<PanelOptionsProps, 'words'>) {
  const known = [...new Set([...variables, ...(panel.repeat === '' ? [] : [panel.repeat])])];
  return (
    <>
      <div className={styles.field}>
        <span className={styles.label}>For each value of</span>
        <Select
          label="Repeat for each value of"
          hideLabel
          value={panel.repeat}
          options={[
            { value: '', name: 'Not repeated' },
            ...known.map((name) => ({ value: name, name: `$${name}` })),
          ]}
          onChange={(repeat) => onChange({ ...panel, repeat })}
        />
      </div>
      {panel.repeat !== '' && (
        <>
          <div className={styles.field}>
            <span className={styles.label}>Direction</span>
            <Segments
              aria-label="Direction"
              value={panel.repeatDirection}
              data={[
                { value: 'h', label: 'Horizontal' },
                { value: 'v', label: 'Vertical' },
              ]}
              onChange={(repeatDirection) => onChange({ ...panel, repeatDirection })}
            />
          </div>
          {panel.repeatDirection === 'h' && (
            <div className={styles.field}>
              <span className={styles.label}>Most per row</span>
              <Select
                label="Most per row"
                hideLabel
                value={String(panel.maxPerRow)}
                options={PER_ROW}
                onChange={(text) => onChange({ ...panel, maxPerRow: Number(text) })}
              />
            </div>
          )}
        </>
      )}
    </>
  );
}
