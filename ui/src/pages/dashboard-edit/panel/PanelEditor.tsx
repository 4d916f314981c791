import { IconArrowBackUp, IconArrowLeft } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { displayNames } from './fieldNames';
import { loadViz } from '../../../viz/registry';
import { Button } from '../../../parts/Button';
import { EmptyState } from '../../../parts/EmptyState';
import { Segments } from '../../../parts/Segments';
import { Skeleton } from '../../../parts/Skeleton';
import { Toggles } from '../../../parts/Toggles';
import { useSize } from '../../../viz/shared/useSize';
import type { Panel } from '../../../dash/model';
import { ControlsBar } from '../../dashboard/ControlsBar';
import { useSessionState } from '../../dashboard/context';
import { PanelHost } from '../../dashboard/PanelHost';
import type { DashboardSession } from '../../dashboard/session';
import { useTransform } from '../../dashboard/useTransform';
import { useViz } from '../../dashboard/useViz';
import { changeType } from '../options/changeType';
import { OptionsPane } from '../options/OptionsPane';
import { AlertTab } from './AlertTab';
import { LibraryNote, ToLibrary } from './LibraryNote';
import { QueryTab } from './QueryTab';
import { TransformTab } from './TransformTab';
import { usePanelEdit, type PanelEdit } from './usePanelEdit';
import styles from './panel.module.css';

export interface PanelEditorProps {
  session: DashboardSession;
  panelKey: string;
}

type Tab = 'query' | 'transform' | 'alert';

/** One panel: how it looks above, where its data comes from below, all its settings beside. */
export function PanelEditor({ session, panelKey }: PanelEditorProps) {
  const edit = usePanelEdit(session, panelKey);
  const ready = useSessionState((state) => state.ready);
  const leave = () => session.onAddress({ editPanel: '' });
  useEffect(() => {
    // Gives back a promise in new browsers, which React would take for the effect's end.
    window.scrollTo(0, 0);
  }, []);
  if (edit.panel === undefined || edit.panel.type === 'row') {
    return (
      <EmptyState
        title="This dashboard has no such panel."
        action={<Button onClick={leave}>Back to the dashboard</Button>}
      />
    );
  }
  return (
    <div className={styles.editor}>
      <div className={styles.bar}>
        <Button variant="default" leftSection={<IconArrowLeft size={16} />} onClick={leave}>
          Apply
        </Button>
        <h1 className={styles.title}>
          {edit.panel.title === '' ? 'Panel without a title' : edit.panel.title}
        </h1>
        <ToLibrary
          panel={edit.panel}
          folderUid={session.state.meta.folderUid}
          onChange={edit.change}
        />
        {edit.changed && (
          <Button
            variant="default"
            leftSection={<IconArrowBackUp size={16} />}
            onClick={() => {
              edit.discard();
              leave();
            }}
          >
            Discard panel changes
          </Button>
        )}
      </div>
      {ready && edit.shown !== undefined ? (
        <Workbench
          session={session}
          panelKey={panelKey}
          edit={edit}
          panel={edit.panel}
          shown={edit.shown}
        />
      ) : (
        <Skeleton label="Loading the panel" />
      )}
    </div>
  );
}

interface WorkbenchProps extends PanelEditorProps {
  edit: PanelEdit;
  panel: Panel;
  shown: Panel;
}

function Workbench({ session, panelKey, edit, panel, shown }: WorkbenchProps) {
  const [tab, setTab] = useState<Tab>('query');
  const [asTable, setAsTable] = useState(false);
  const { plugin } = useViz(panel.type);
  const variables = useSessionState((state) => state.dashboard.variables);
  const names = useMemo(() => variables.map(({ name }) => name), [variables]);
  const noData = plugin?.skipsData === true;
  const transform = useTransform(panel.transformations);
  const fields = useMemo(
    () => displayNames(edit.data.frames, panel, transform),
    [edit.data.frames, panel, transform],
  );
  // What other kinds were set to, should someone come back to them.
  const kept = useRef(new Map<string, Panel>());
  const onType = (type: string) => {
    kept.current.set(panel.type, panel);
    const before = kept.current.get(type);
    void loadViz(type).then((next) => {
      const made = changeType(panel, next);
      edit.change(
        before === undefined
          ? made
          : {
              ...made,
              options: before.options,
              fieldConfig: {
                ...made.fieldConfig,
                defaults: {
                  ...made.fieldConfig.defaults,
                  custom: before.fieldConfig.defaults.custom,
                },
              },
            },
      );
    });
  };
  const transformations = panel.transformations.length;
  return (
    <div className={styles.bench}>
      <div className={styles.main}>
        <ControlsBar />
        <Preview panel={shown} panelKey={panelKey} asTable={asTable && !noData} />
        <LibraryNote panel={panel} onChange={edit.change} />
        {!noData && (
          <>
            <div className={styles.tabs}>
              <Segments
                aria-label="What is edited"
                value={tab}
                data={[
                  { value: 'query', label: `Queries (${panel.targets.length})` },
                  {
                    value: 'transform',
                    label:
                      transformations === 0
                        ? 'Transformations'
                        : `Transformations (${transformations})`,
                  },
                  { value: 'alert', label: 'Alert' },
                ]}
                onChange={setTab}
              />
              <Toggles
                label="Preview"
                items={[{ value: 'table', name: 'Table view', on: asTable }]}
                onToggle={(_, on) => setAsTable(on)}
              />
            </div>
            {tab === 'query' && (
              <QueryTab
                session={session}
                panel={panel}
                panelKey={panelKey}
                data={edit.data}
                onChange={edit.change}
              />
            )}
            {tab === 'transform' && (
              <TransformTab
                panel={panel}
                frames={edit.data.frames}
                names={fields}
                onChange={edit.change}
              />
            )}
            {tab === 'alert' && <AlertTab session={session} panel={panel} panelKey={panelKey} />}
          </>
        )}
      </div>
      <aside className={styles.aside} aria-label="Options of the panel">
        <OptionsPane
          panel={panel}
          plugin={plugin}
          frames={edit.data.frames}
          names={fields}
          variables={names}
          onType={onType}
          onChange={edit.change}
        />
      </aside>
    </div>
  );
}

interface PreviewProps {
  panel: Panel;
  panelKey: string;
  asTable: boolean;
}

/** As it will stand on the dashboard, or the data behind it as a table. */
function Preview({ panel, panelKey, asTable }: PreviewProps) {
  const box = useRef<HTMLDivElement>(null);
  const size = useSize(box);
  const shown = useMemo((): Panel => {
    if (!asTable) return panel;
    const { defaults } = panel.fieldConfig;
    return {
      ...panel,
      type: 'table',
      options: {},
      fieldConfig: { ...panel.fieldConfig, defaults: { ...defaults, custom: {} } },
    };
  }, [panel, asTable]);
  return (
    <div ref={box} className={styles.preview}>
      {size !== null && size.width > 0 && (
        <PanelHost
          panel={shown}
          panelKey={panelKey}
          width={size.width}
          height={size.height}
          visible
          alone
        />
      )}
    </div>
  );
}
