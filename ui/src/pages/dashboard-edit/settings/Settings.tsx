import { IconArrowLeft } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { Button } from '../../../parts/Button';
import { Segments } from '../../../parts/Segments';
import type { DashboardSession } from '../../dashboard/session';
import { AnnotationsSettings } from './AnnotationsSettings';
import { General } from './General';
import { JsonView } from './JsonView';
import { LinksSettings } from './LinksSettings';
import { Permissions } from './Permissions';
import { VariablesSettings } from './VariablesSettings';
import { Versions } from './Versions';
import styles from './settings.module.css';

export interface SettingsPartProps {
  session: DashboardSession;
}

interface Part {
  readonly view: string;
  readonly name: string;
  readonly Component: ComponentType<SettingsPartProps>;
  /** Only of one that the server has. */
  readonly saved?: boolean;
}

const PARTS: readonly Part[] = [
  { view: 'settings', name: 'General', Component: General },
  { view: 'variables', name: 'Variables', Component: VariablesSettings },
  { view: 'annotations', name: 'Annotations', Component: AnnotationsSettings },
  { view: 'links', name: 'Links', Component: LinksSettings },
  { view: 'versions', name: 'Versions', Component: Versions, saved: true },
  { view: 'permissions', name: 'Permissions', Component: Permissions, saved: true },
  { view: 'json-model', name: 'JSON', Component: JsonView },
];

const ALIASES: Readonly<Record<string, string>> = {
  templating: 'variables',
  dashboard_json: 'json-model',
};

export interface SettingsProps {
  session: DashboardSession;
  view: string;
}

/** All of a dashboard that is no panel. Changes hold at once and are saved like any other. */
export function Settings({ session, view }: SettingsProps) {
  const isSaved = session.state.meta.version > 0 || session.state.dashboard.uid !== '';
  const parts = PARTS.filter(({ saved }) => saved !== true || isSaved);
  const wanted = ALIASES[view] ?? view;
  const part = parts.find((one) => one.view === wanted) ?? parts[0];
  if (part === undefined) return null;
  const { Component } = part;
  return (
    <div className={styles.settings}>
      <div className={styles.bar}>
        <Button
          variant="default"
          leftSection={<IconArrowLeft size={16} />}
          onClick={() => session.onAddress({ editview: '' })}
        >
          Back to the dashboard
        </Button>
        <Segments
          aria-label="Settings"
          value={part.view}
          data={parts.map((one) => ({ value: one.view, label: one.name }))}
          onChange={(next) => session.onAddress({ editview: next })}
        />
      </div>
      <Component session={session} />
    </div>
  );
}
