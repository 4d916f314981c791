import { IconAlertTriangle } from '@tabler/icons-react';
import { lazy, Suspense, useMemo } from 'react';
import { useSession, useSessionState } from './context';
import { filterSourceOf } from './filterSource';
import { VariableControl } from './VariableControl';
import { isShown } from './variableView';
import styles from './dashboard.module.css';

const DashboardLinks = lazy(async () => ({
  default: (await import('./DashboardLinks')).DashboardLinks,
}));

/** Variables, annotations and links: one line, or as many as they need. */
export function ControlsBar() {
  const session = useSession();
  const views = useSessionState((state) => state.variables);
  const annotations = useSessionState((state) => state.dashboard.annotations);
  const links = useSessionState((state) => state.dashboard.links);
  const shown = views.filter((view) => isShown(view.variable));
  const toggles = annotations.filter((one) => !one.hide && !(one.builtIn && !one.enable));
  if (shown.length === 0 && links.length === 0 && toggles.every((one) => one.builtIn)) return null;
  return (
    <div className={styles.controls} role="group" aria-label="Variables and links">
      {shown.map((view) => (
        <VariableControl
          key={view.variable.name}
          view={view}
          filterSource={filterSourceOf(session, view.variable)}
          onValues={(name, values) => session.choose(name, values)}
          onFilters={(name, filters) => session.setFilters(name, filters)}
        />
      ))}
      <AnnotationToggles />
      <div className={styles.links}>
        {links.length > 0 && (
          <Suspense fallback={null}>
            <DashboardLinks />
          </Suspense>
        )}
      </div>
    </div>
  );
}

function AnnotationToggles() {
  const session = useSession();
  const annotations = useSessionState((state) => state.dashboard.annotations);
  const chosen = useSessionState((state) => state.annotationsOn);
  const errors = useSessionState((state) => state.annotationErrors);
  const shown = useMemo(
    () => annotations.filter((one) => !one.hide && !one.builtIn),
    [annotations],
  );
  return shown.map((query) => {
    const on = chosen.get(query.name) ?? query.enable;
    const error = errors.get(query.name);
    return (
      <label key={query.name} className={styles.annotation} title={error}>
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => session.toggleAnnotations(query.name, event.currentTarget.checked)}
        />
        <span className={styles.annotationSign} style={{ background: query.iconColor }} />
        {query.name}
        {error !== undefined && on && (
          <IconAlertTriangle size={14} className={styles.bad} aria-label={error} />
        )}
      </label>
    );
  });
}
