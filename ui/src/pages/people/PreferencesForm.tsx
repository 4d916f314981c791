import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { savePreferences, type PreferenceDraft } from '../../api/grafana/accounts';
import { settled } from '../../api/grafana/client';
import { searchDashboards } from '../../api/grafana/dashboards';
import { fetchPreferencesOf } from '../../api/grafana/people';
import { Button } from '../../parts/Button';
import { setColourScheme } from '../../parts/colourScheme';
import { Loaded } from '../../parts/Loaded';
import { Notice } from '../../parts/Notice';
import { Select } from '../../parts/Select';
import styles from './people.module.css';

const THEMES = [
  { value: '', name: 'As the system' },
  { value: 'light', name: 'Light' },
  { value: 'dark', name: 'Dark' },
] as const;
const WEEKS = [
  { value: '', name: 'As the browser' },
  { value: 'monday', name: 'Monday' },
  { value: 'saturday', name: 'Saturday' },
  { value: 'sunday', name: 'Sunday' },
] as const;

function zones() {
  const names = Intl.supportedValuesOf('timeZone').map((value) => ({ value, name: value }));
  return [
    { value: '', name: 'Default' },
    { value: 'browser', name: 'As the browser' },
    { value: 'utc', name: 'UTC' },
    ...names,
  ];
}

/** Of one person, or what holds for everybody who chose nothing. */
export function PreferencesForm({ whose }: { whose: 'user' | 'org' }) {
  const query = useQuery({
    queryKey: ['preferences', whose],
    queryFn: async ({ signal }) => settled(await fetchPreferencesOf(whose, signal)),
  });
  return (
    <Loaded query={query} what="the preferences">
      {(stored) => <Form key={JSON.stringify(stored)} whose={whose} stored={stored} />}
    </Loaded>
  );
}

function Form({ whose, stored }: { whose: 'user' | 'org'; stored: PreferenceDraft }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(stored);
  const dashboards = useQuery({
    queryKey: ['search', 'home'],
    queryFn: async ({ signal }) =>
      settled(await searchDashboards({ type: 'dash-db', limit: 200 }, signal)),
  });
  const save = useMutation({
    mutationFn: async () => settled(await savePreferences(whose, draft)),
    onSuccess: async () => {
      if (whose === 'user') {
        const { theme } = draft;
        setColourScheme(theme === 'light' || theme === 'dark' ? theme : 'auto');
      }
      await client.invalidateQueries({ queryKey: ['preferences'] });
      await client.invalidateQueries({ queryKey: ['home-dashboard'] });
    },
  });
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Select
        label="Theme"
        value={draft.theme}
        onChange={(theme) => setDraft({ ...draft, theme })}
        options={THEMES}
      />
      <Select
        label="Home"
        value={draft.homeDashboardUID}
        onChange={(homeDashboardUID) => setDraft({ ...draft, homeDashboardUID })}
        options={[
          { value: '', name: 'The home page' },
          ...(dashboards.data ?? []).map((one) => ({ value: one.uid, name: one.title })),
        ]}
      />
      <Select
        label="Time zone"
        value={draft.timezone}
        onChange={(timezone) => setDraft({ ...draft, timezone })}
        options={zones()}
      />
      <Select
        label="Weeks begin on"
        value={draft.weekStart}
        onChange={(weekStart) => setDraft({ ...draft, weekStart })}
        options={WEEKS}
      />
      {save.error !== null && <Notice kind="error" title={save.error.message} />}
      {save.isSuccess && <Notice kind="info" title="Saved" />}
      <div className={styles.buttons}>
        <Button type="submit" loading={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
