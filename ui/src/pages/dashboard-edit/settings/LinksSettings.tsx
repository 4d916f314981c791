import { IconArrowDown, IconArrowUp, IconLink, IconPlus, IconTrash } from '@tabler/icons-react';
import { readLink } from '../../../dash/model/dashboard';
import type { DashboardLink } from '../../../dash/model';
import { Button } from '../../../parts/Button';
import { Card } from '../../../parts/Card';
import { EmptyState } from '../../../parts/EmptyState';
import { IconButton } from '../../../parts/IconButton';
import { Segments } from '../../../parts/Segments';
import { Select } from '../../../parts/Select';
import { TextField } from '../../../parts/TextField';
import { useSessionState } from '../../dashboard/context';
import { Switch } from '../options/Switch';
import type { SettingsPartProps } from './Settings';
import { WordsField } from './WordsField';
import styles from './settings.module.css';

const ICONS = ['external link', 'dashboard', 'question', 'info', 'bolt', 'doc', 'cloud'].map(
  (value) => ({ value, name: value }),
);

export function LinksSettings({ session }: SettingsPartProps) {
  const links = useSessionState((state) => state.dashboard.links);
  const set = (next: readonly DashboardLink[], undo = '') =>
    session.edit((all) => ({ ...all, links: next }), undo);
  const add = (
    <Button
      leftSection={<IconPlus size={16} />}
      onClick={() => set([...links, readLink({ type: 'link', title: 'New link', keepTime: true })])}
    >
      New link
    </Button>
  );
  if (links.length === 0) {
    return (
      <EmptyState
        icon={<IconLink size={32} stroke={1.5} />}
        title="This dashboard has no links."
        action={add}
      >
        Links stand above the panels and lead to other dashboards or pages.
      </EmptyState>
    );
  }
  return (
    <>
      <div className={styles.columns}>
        {links.map((link, i) => (
          <Card
            key={i}
            title={link.title === '' ? link.url : link.title}
            aside={
              <div className={styles.line}>
                <IconButton
                  aria-label={`Move ${link.title} up`}
                  disabled={i === 0}
                  onClick={() => set(links.toSpliced(i, 1).toSpliced(i - 1, 0, link))}
                >
                  <IconArrowUp size={16} />
                </IconButton>
                <IconButton
                  aria-label={`Move ${link.title} down`}
                  disabled={i === links.length - 1}
                  onClick={() => set(links.toSpliced(i, 1).toSpliced(i + 1, 0, link))}
                >
                  <IconArrowDown size={16} />
                </IconButton>
                <IconButton
                  aria-label={`Delete ${link.title}`}
                  onClick={() => set(links.toSpliced(i, 1), `Deleted “${link.title}”`)}
                >
                  <IconTrash size={16} />
                </IconButton>
              </div>
            }
          >
            <OneLink link={link} onChange={(next) => set(links.with(i, next))} />
          </Card>
        ))}
      </div>
      <div>{add}</div>
    </>
  );
}

interface OneLinkProps {
  link: DashboardLink;
  onChange: (link: DashboardLink) => void;
}

function OneLink({ link, onChange }: OneLinkProps) {
  const set = (change: Partial<DashboardLink>) => onChange({ ...link, ...change });
  return (
    <div className={styles.form}>
      <Segments
        aria-label="Leads to"
        value={link.type}
        data={[
          { value: 'link', label: 'An address' },
          { value: 'dashboards', label: 'Dashboards by tags' },
        ]}
        onChange={(type) => set({ type })}
      />
      <TextField
        label="Title"
        value={link.title}
        onChange={(event) => set({ title: event.currentTarget.value })}
      />
      {link.type === 'link' ? (
        <>
          <TextField
            label="Address"
            placeholder="https://… or /d/…"
            value={link.url}
            onChange={(event) => set({ url: event.currentTarget.value })}
          />
          <TextField
            label="Tooltip"
            value={link.tooltip}
            onChange={(event) => set({ tooltip: event.currentTarget.value })}
          />
          <Select
            label="Icon"
            value={link.icon}
            options={ICONS}
            onChange={(icon) => set({ icon })}
          />
        </>
      ) : (
        <>
          <WordsField
            label="Tags"
            placeholder="production"
            value={link.tags}
            onChange={(tags) => set({ tags })}
          />
          <Switch
            label="As one menu"
            on={link.asDropdown}
            onChange={(asDropdown) => set({ asDropdown })}
          />
        </>
      )}
      <Switch
        label="Take the time range along"
        on={link.keepTime}
        onChange={(keepTime) => set({ keepTime })}
      />
      <Switch
        label="Take variables along"
        on={link.includeVars}
        onChange={(includeVars) => set({ includeVars })}
      />
      <Switch
        label="Open in a new tab"
        on={link.targetBlank}
        onChange={(targetBlank) => set({ targetBlank })}
      />
    </div>
  );
}
