import { IconDownload, IconX } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { joinByTime } from '../../dash/data/join';
import type { Field, Frame, ShownFrame } from '../../dash/frame';
import type { PanelData } from '../../dash/query/runner';
import { Button } from '../../parts/Button';
import { CopyButton } from '../../parts/CopyButton';
import { Dialog } from '../../parts/Dialog';
import { IconButton } from '../../parts/IconButton';
import { Segments } from '../../parts/Segments';
import { Select } from '../../parts/Select';
import { Toggles } from '../../parts/Toggles';
import { csvName, toCsv } from './csv';
import { DataTable } from './DataTable';
import { InspectQueries, InspectStats } from './InspectQueries';
import { saveFile } from './saveFile';
import styles from './dialogs.module.css';

export type InspectTab = 'data' | 'query' | 'stats' | 'json';

export interface InspectDialogProps {
  title: string;
  tab: InspectTab;
  tabs: readonly InspectTab[];
  data: PanelData;
  /** After transformations and overrides. */
  shown: readonly ShownFrame[];
  /** The model of the panel as text. */
  json: string;
  onTab: (tab: InspectTab) => void;
  onClose: () => void;
}

const NAMES: Record<InspectTab, string> = {
  data: 'Data',
  query: 'Query',
  stats: 'Statistics',
  json: 'JSON',
};

/** What is behind a panel: the data, what was asked, how long it took, the panel itself. */
export function InspectDialog(props: InspectDialogProps) {
  const { title, tab, tabs, data } = props;
  return (
    <Dialog label={`Inspect ${title}`} width={960} onClose={props.onClose}>
      <div className={styles.dialog}>
        <header className={styles.head}>
          <h2 className={styles.heading}>{title === '' ? 'Panel' : title}</h2>
          <Segments
            aria-label="What to inspect"
            value={tab}
            data={tabs.map((value) => ({ value, label: NAMES[value] }))}
            onChange={props.onTab}
          />
          <IconButton aria-label="Close" onClick={props.onClose}>
            <IconX size={16} />
          </IconButton>
        </header>
        {tab === 'data' && <InspectData title={title} data={data} shown={props.shown} />}
        {tab === 'query' && <InspectQueries data={data} />}
        {tab === 'stats' && <InspectStats data={data} />}
        {tab === 'json' && (
          <div className={styles.section}>
            <div className={styles.tools}>
              <CopyButton text={props.json} />
            </div>
            <pre className={styles.code} tabIndex={0}>
              {props.json}
            </pre>
          </div>
        )}
      </div>
    </Dialog>
  );
}

function frameName(frame: Frame, i: number): string {
  const field = frame.fields.find((one) => one.type !== 'time');
  const name = (field === undefined ? '' : nameOfField(field)) || (frame.name ?? '');
  const words = name === '' ? `Frame ${i + 1}` : name;
  return frame.refId === undefined ? words : `${frame.refId}: ${words}`;
}

const JOINED = 'All series by time';

/** Series of one time each are also one table of them all; that comes first. */
function withJoined(frames: readonly Frame[]): readonly Frame[] {
  const series = frames.every(({ fields }) => fields[0]?.type === 'time');
  if (!series || frames.length < 2) return frames;
  const { times, columns } = joinByTime(frames, () => true);
  const time: Field = { name: 'Time', type: 'time', values: times, config: { custom: {} } };
  const fields = columns.map(({ field, values }) => ({
    ...field,
    values: values.map((value) => value ?? null),
  }));
  return [{ name: JOINED, fields: [time, ...fields], length: times.length }, ...frames];
}

interface InspectDataProps {
  title: string;
  data: PanelData;
  shown: readonly ShownFrame[];
}

function InspectData({ title, data, shown }: InspectDataProps) {
  const [at, setAt] = useState('0');
  const [asShown, setAsShown] = useState(true);
  const [formatted, setFormatted] = useState(false);
  const own: readonly Frame[] = asShown ? shown : data.frames;
  const frames = useMemo(() => withJoined(own), [own]);
  const frame = frames[Number(at)] ?? frames[0];
  const names = useMemo(
    () =>
      frames.map((one, i) => ({
        value: String(i),
        name: one.name === JOINED && i === 0 ? JOINED : frameName(one, i),
      })),
    [frames],
  );
  if (frame === undefined) return <p className={styles.section}>There is no data.</p>;
  const save = () => {
    const what = frames.length > 1 && frame.name !== JOINED ? frameName(frame, Number(at)) : '';
    saveFile(csvName(title, what, new Date()), toCsv(frame, nameOfField), 'text/csv;charset=utf-8');
  };
  return (
    <div className={styles.section}>
      <div className={styles.tools}>
        {frames.length > 1 && (
          <Select label="Series" hideLabel value={at} options={names} onChange={setAt} />
        )}
        <Toggles
          label="What is shown"
          items={[
            { value: 'shown', name: 'With transformations and overrides', on: asShown },
            ...(asShown ? [{ value: 'formatted', name: 'With units', on: formatted }] : []),
          ]}
          onToggle={(value, on) => (value === 'shown' ? setAsShown(on) : setFormatted(on))}
        />
        <Button
          variant="default"
          className={styles.push}
          leftSection={<IconDownload size={16} />}
          onClick={save}
        >
          CSV
        </Button>
      </div>
      <DataTable frame={frame} nameOf={nameOfField} formatted={formatted && asShown} />
    </div>
  );
}

function nameOfField(field: Frame['fields'][number]): string {
  const shown: unknown = Reflect.get(field, 'displayName');
  if (typeof shown === 'string' && shown !== '') return shown;
  return field.config.displayName ?? field.config.displayNameFromDS ?? field.name;
}
