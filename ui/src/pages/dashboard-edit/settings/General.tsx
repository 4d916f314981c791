import { useState } from 'react';
import { saveDashboard } from '../../../api/grafana/dashboards';
import type { Dashboard } from '../../../dash/model';
import { Button } from '../../../parts/Button';
import { Card } from '../../../parts/Card';
import { Notice } from '../../../parts/Notice';
import { Segments } from '../../../parts/Segments';
import { Select } from '../../../parts/Select';
import { TextArea } from '../../../parts/TextArea';
import { TextField } from '../../../parts/TextField';
import { useSessionState } from '../../dashboard/context';
import type { DashboardSession } from '../../dashboard/session';
import { Switch } from '../options/Switch';
import { useFolders } from '../save/useFolders';
import { savedJson } from '../save/saving';
import type { SettingsPartProps } from './Settings';
import { WordsField } from './WordsField';
import styles from './settings.module.css';

const ZONES = ['browser', 'utc', ...Intl.supportedValuesOf('timeZone')].map((value) => ({
  value,
  name: value === 'browser' ? 'Of the browser' : value === 'utc' ? 'UTC' : value,
}));
const TOOLTIPS = [
  { value: '0', label: 'Off' },
  { value: '1', label: 'Crosshair' },
  { value: '2', label: 'Tooltip' },
] as const;
const WEEKS = [
  { value: '', name: 'As the person has it' },
  { value: 'monday', name: 'Monday' },
  { value: 'sunday', name: 'Sunday' },
  { value: 'saturday', name: 'Saturday' },
];

export function General({ session }: SettingsPartProps) {
  const dashboard = useSessionState((state) => state.dashboard);
  const set = (change: Partial<Dashboard>) => session.edit((all) => ({ ...all, ...change }));
  const { timepicker } = dashboard;
  return (
    <div className={styles.columns}>
      <Card title="Name">
        <div className={styles.form}>
          <TextField
            label="Title"
            value={dashboard.title}
            error={dashboard.title.trim() === '' ? 'A dashboard needs a title' : null}
            onChange={(event) => set({ title: event.currentTarget.value })}
          />
          <TextArea
            label="Description"
            rows={2}
            value={dashboard.description}
            onChange={(event) => set({ description: event.currentTarget.value })}
          />
          <WordsField
            label="Tags"
            placeholder="production, database"
            value={dashboard.tags}
            onChange={(tags) => set({ tags })}
          />
          <Switch
            label="Can be edited"
            hint="Off: read only for everyone, until it is switched on here again"
            on={dashboard.editable}
            onChange={(editable) => set({ editable })}
          />
          <Folder session={session} />
        </div>
      </Card>
      <Card title="Time">
        <div className={styles.form}>
          <Select
            label="Time zone"
            value={dashboard.timezone}
            options={[{ value: '', name: 'As the person has it' }, ...ZONES]}
            onChange={(timezone) => set({ timezone })}
          />
          <Select
            label="Week begins on"
            value={dashboard.weekStart}
            options={WEEKS}
            onChange={(weekStart) => set({ weekStart })}
          />
          <WordsField
            label="Refresh intervals that are offered"
            placeholder="5s, 1m, 1h"
            value={timepicker.refreshIntervals}
            onChange={(refreshIntervals) =>
              set({ timepicker: { ...timepicker, refreshIntervals } })
            }
          />
          <TextField
            label="Now is this much earlier"
            placeholder="0s; 1m where data comes late"
            value={timepicker.nowDelay}
            onChange={(event) =>
              set({ timepicker: { ...timepicker, nowDelay: event.currentTarget.value } })
            }
          />
          <Switch
            label="Hide the time picker"
            on={timepicker.hidden}
            onChange={(hidden) => set({ timepicker: { ...timepicker, hidden } })}
          />
        </div>
      </Card>
      <Card title="Panels">
        <div className={styles.form}>
          <div>
            <span className={styles.label}>Shared over all panels</span>
            <Segments
              aria-label="Shared over all panels"
              value={dashboard.graphTooltip === 1 ? '1' : dashboard.graphTooltip === 2 ? '2' : '0'}
              data={TOOLTIPS}
              onChange={(value) => {
                const graphTooltip = value === '1' ? 1 : value === '2' ? 2 : 0;
                set({ graphTooltip });
                session.store.set({ crosshair: graphTooltip });
              }}
            />
          </div>
          <Switch
            label="Redraw while time goes on"
            on={dashboard.liveNow}
            onChange={(liveNow) => set({ liveNow })}
          />
        </div>
      </Card>
    </div>
  );
}

/** Where it lies is not part of it: moved at once. */
function Folder({ session }: { readonly session: DashboardSession }) {
  const meta = useSessionState((state) => state.meta);
  const folders = useFolders();
  const [uid, setUid] = useState(meta.folderUid);
  const [error, setError] = useState('');
  const known = folders.some(({ value }) => value === uid);
  const isNew = session.state.dashboard.uid === '';
  const move = async () => {
    const { saved } = session.state;
    const answer = await saveDashboard({
      dashboard: savedJson(saved),
      folderUid: uid,
      message: 'Moved to another folder',
    });
    if (!answer.ok) {
      setError(answer.message);
      return;
    }
    setError('');
    const folderTitle = folders.find(({ value }) => value === uid)?.name ?? '';
    const { version } = answer.data;
    const { dashboard } = session.state;
    const untouched = dashboard === saved;
    const moved = { ...saved, version };
    session.store.set({
      saved: moved,
      dashboard: untouched ? moved : { ...dashboard, version },
      meta: { ...meta, folderUid: uid, folderTitle: uid === '' ? '' : folderTitle, folderUrl: '' },
    });
  };
  if (isNew) return null;
  return (
    <div className={styles.line}>
      <Select
        label="Folder"
        value={uid}
        options={known ? folders : [...folders, { value: uid, name: meta.folderTitle || uid }]}
        onChange={setUid}
      />
      {uid !== meta.folderUid && (
        <Button variant="default" onClick={() => void move()}>
          Move it there
        </Button>
      )}
      {error !== '' && <Notice kind="error">{error}</Notice>}
    </div>
  );
}
