import { lazy, memo, Suspense, useCallback, useMemo, useState } from 'react';
import { hasData, noDataText } from '../../dash/data/nodata';
import type { Annotation, ShownFrame } from '../../dash/frame';
import type { Panel } from '../../dash/model';
import type { PanelData } from '../../dash/query/runner';
import { interpolate, withScopedVars, withValues } from '../../dash/variables/interpolate';
import { useShownScheme } from '../../parts/colourScheme';
import { safeUrl } from '../../viz/shared/links';
import type { VizPlugin } from '../../viz/types';
import { useSession, useSessionState } from './context';
import { menuFacts, runMenu } from './panelActions';
import { menuOf } from './menu';
import { PanelBoundary } from './PanelBoundary';
import { PanelChrome } from './PanelChrome';
import { PanelCorner } from './PanelCorner';
import { PanelMenu } from './PanelMenu';
import { optionsOf, shownFrames, type PipelineContext } from './pipeline';
import { usePanelData } from './usePanelData';
import { useTransform } from './useTransform';
import { useViz } from './useViz';
import styles from './chrome.module.css';

// What has nothing to draw is the exception.
const NoData = lazy(async () => ({ default: (await import('./empty')).NoData }));
const PanelFailed = lazy(async () => ({ default: (await import('./empty')).PanelFailed }));

export interface PanelHostProps {
  panel: Panel;
  panelKey: string;
  width: number;
  height: number;
  /** In the window, or close to it. */
  visible: boolean;
  /** On somebody else's page: without a menu. */
  alone?: boolean;
}

const NONE: ReadonlySet<string> = new Set();
const NO_ERRORS: ReadonlyMap<string, string> = new Map();
const HEAD_PX = 32;
const PADDING_PX = 8;

/** A panel with its data. A refresh of one draws one anew: nothing here hangs on the others. */
export const PanelHost = memo(function PanelHost(props: PanelHostProps) {
  const { panel, panelKey, visible, alone = false } = props;
  const session = useSession();
  const scope = useSessionState((state) => state.scope);
  const width = Math.max(props.width - 2 * PADDING_PX, 0);
  const data = usePanelData(panelKey, panel, width, visible);
  const { plugin, error } = useViz(panel.type);

  const fill = useMemo((): PipelineContext['interpolate'] => {
    const own = withScopedVars(scope, panel.scopedVars);
    return (text, format, scoped) =>
      interpolate(text, scoped === undefined ? own : withValues(own, scoped), format);
  }, [scope, panel.scopedVars]);
  const title = fill(panel.title, 'text');
  const height = props.height - PADDING_PX - (title === '' ? PADDING_PX : HEAD_PX);
  const links = useMemo(
    () =>
      panel.links.flatMap((link) => {
        const href = safeUrl(fill(link.url, 'percentencode'));
        if (href === null) return [];
        const words = fill(link.title, 'text');
        return [{ title: words === '' ? href : words, href, targetBlank: link.targetBlank }];
      }),
    [panel.links, fill],
  );
  const expressions = useMemo(() => expressionsOf(data), [data]);
  const seen = hasData(data.frames);
  const frames = useShownFrames(panel, plugin, data, fill);
  const notices = useMemo(() => allNotices(data, frames), [data, frames]);
  const stale = data.state === 'error' && data.staleSince !== null;

  return (
    <PanelChrome
      panelKey={panelKey}
      title={title}
      description={fill(panel.description, 'text')}
      links={links}
      timeInfo={data.request?.timeInfo ?? ''}
      transparent={panel.transparent}
      loading={data.state === 'loading'}
      stale={stale}
      corner={
        <PanelCorner
          errors={seen ? data.errors : NO_ERRORS}
          notices={notices}
          expressions={expressions}
          staleFrom={stale ? data.loadedAt : null}
        />
      }
      menu={
        alone ? null : (
          <PanelMenu
            title={title}
            items={() => menuOf(menuFacts(session, panelKey, panel, plugin))}
            onAction={(action) => runMenu(session, panelKey, action)}
          />
        )
      }
    >
      <PanelBoundary again={data.loadedAt ?? 0}>
        <Suspense fallback={null}>
          {error !== '' ? (
            <PanelFailed
              errors={new Map([['', error]])}
              expressions={expressions}
              height={height}
              onRetry={() => window.location.reload()}
            />
          ) : plugin === undefined ? (
            <div className={styles.waiting} />
          ) : (
            <PanelBody
              {...{ panel, panelKey, plugin, data, frames, seen, expressions, fill, width, height }}
            />
          )}
        </Suspense>
      </PanelBoundary>
    </PanelChrome>
  );
});

function expressionsOf(data: PanelData): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const query of data.request?.queries ?? []) {
    const expr = query['expr'];
    found.set(query.refId, typeof expr === 'string' ? expr : '');
  }
  return found;
}

const NO_FRAMES: readonly ShownFrame[] = [];

/** Shaped, transformed, overridden. */
function useShownFrames(
  panel: Panel,
  plugin: VizPlugin | undefined,
  data: PanelData,
  fill: PipelineContext['interpolate'],
): readonly ShownFrame[] {
  const theme = useShownScheme();
  const timezone = useSessionState((state) => state.timezone);
  const transform = useTransform(panel.transformations);
  return useMemo(
    () =>
      plugin === undefined || transform === null
        ? NO_FRAMES
        : shownFrames(data.frames, panel, plugin, transform, {
            theme,
            timezone,
            interpolate: fill,
          }),
    [data.frames, panel, plugin, transform, theme, timezone, fill],
  );
}

/** Of the server, and of the transformations. */
function allNotices(data: PanelData, frames: readonly ShownFrame[]): PanelData['notices'] {
  const own = frames.flatMap(({ meta }) => meta?.notices ?? []);
  const fresh = own.filter(
    (one, i) =>
      own.findIndex(({ text }) => text === one.text) === i &&
      !data.notices.some(({ text }) => text === one.text),
  );
  return fresh.length === 0 ? data.notices : [...data.notices, ...fresh];
}

interface PanelBodyProps {
  panel: Panel;
  panelKey: string;
  plugin: VizPlugin;
  data: PanelData;
  frames: readonly ShownFrame[];
  seen: boolean;
  expressions: ReadonlyMap<string, string>;
  fill: PipelineContext['interpolate'];
  width: number;
  height: number;
}

function PanelBody(props: PanelBodyProps) {
  const { panel, plugin, data, seen, expressions, width, height } = props;
  const session = useSession();
  if (plugin.skipsData !== true) {
    if (!seen && (data.state === 'idle' || data.state === 'loading')) {
      return data.loadedAt === null ? <div className={styles.waiting} aria-hidden /> : null;
    }
    if (!seen && data.errors.size > 0) {
      return (
        <PanelFailed
          errors={data.errors}
          expressions={expressions}
          height={height}
          onRetry={() => session.runner.refreshPanel(props.panelKey)}
        />
      );
    }
    if (!seen) {
      // Who has a word of their own for it knows why.
      const known = panel.fieldConfig.defaults.noValue !== undefined;
      const queries = known ? [] : (data.request?.queries ?? []);
      return (
        <NoData
          words={noDataText(panel.fieldConfig.defaults)}
          range={data.range}
          queries={queries.flatMap((query) => whyQuery(query, data))}
          width={width}
          height={height}
          frozen={session.deps.frozen}
        />
      );
    }
  }
  return <PanelViz {...props} />;
}

function whyQuery(
  query: { readonly refId: string; readonly [key: string]: unknown },
  data: PanelData,
) {
  const { expr, datasource } = query;
  if (typeof expr !== 'string' || typeof datasource !== 'object' || datasource === null) return [];
  const uid: unknown = Reflect.get(datasource, 'uid');
  if (typeof uid !== 'string') return [];
  const intervalMs = data.request?.interval.intervalMs ?? 15_000;
  return [{ refId: query.refId, datasource: { uid }, expr, intervalMs }];
}

function PanelViz(props: PanelBodyProps) {
  const { panel, panelKey, plugin, data, frames, fill, width, height } = props;
  const session = useSession();
  const timezone = useSessionState((state) => state.timezone);
  const crosshair = useSessionState((state) => state.crosshair);
  const marks = useSessionState((state) => state.annotations);
  const marked = useSessionState((state) => state.dashboard.annotations);
  const annotations = useMemo(
    () => session.notesFor(panel.id, marks, marked),
    [session, panel.id, marks, marked],
  );
  const legend = useSessionState((state) => state.legends.get(panelKey));
  const sessionRange = useSessionState((state) => state.range);
  const [hidden, setHidden] = useState(() => session.hidden.get(panelKey) ?? NONE);
  const onHidden = useCallback(
    (next: ReadonlySet<string>) => {
      session.hidden.set(panelKey, next);
      setHidden(next);
    },
    [session, panelKey],
  );
  const onZoom = useCallback((from: number, to: number) => session.zoomTo(from, to), [session]);
  const onZoomOut = useCallback(() => session.zoomOut(), [session]);
  const mayAnnotate =
    !session.deps.frozen && session.deps.meta.annotationsPermissions.dashboard.canAdd;
  const onAnnotate = useCallback(
    (from: number, to: number) =>
      session.open({
        kind: 'annotation',
        id: null,
        draft: {
          dashboardUID: session.state.dashboard.uid,
          panelId: panel.id,
          time: Math.round(from),
          timeEnd: Math.round(to),
          text: '',
          tags: [],
        },
      }),
    [session, panel.id],
  );
  const onNote = useCallback(
    (note: Annotation) =>
      session.open({
        kind: 'annotation',
        id: note.id ?? null,
        draft: {
          dashboardUID: session.state.dashboard.uid,
          panelId: note.panelId ?? 0,
          time: note.time,
          timeEnd: note.timeEnd,
          text: note.text,
          tags: note.tags,
        },
      }),
    [session],
  );
  const options = useMemo(() => optionsOf(panel, plugin, legend), [panel, plugin, legend]);
  const { Component } = plugin;
  return (
    <Component
      panel={panel}
      frames={frames}
      options={options}
      range={plugin.skipsData === true ? sessionRange : data.range}
      timezone={timezone}
      width={width}
      height={height}
      annotations={annotations}
      graphTooltip={crosshair}
      syncKey={session.syncKey}
      interpolate={fill}
      onZoom={onZoom}
      onZoomOut={onZoomOut}
      hidden={hidden}
      onHidden={onHidden}
      onAnnotate={mayAnnotate ? onAnnotate : undefined}
      onNote={mayAnnotate ? onNote : undefined}
    />
  );
}
