import { useEffect, useState } from 'react';
import { anything, grafana, settled } from '../../api/grafana/client';
import { resolveColour } from '../../dash/data/colours';
import type { Annotation } from '../../dash/frame';
import { AnnotationRunner } from '../../dash/query/annotations';
import { useShownScheme } from '../../parts/colourScheme';
import { useSession, useSessionState } from './context';

/** Keeps the session supplied with what is marked in its range. */
export function useAnnotations(): void {
  const session = useSession();
  const theme = useShownScheme();
  const ready = useSessionState((state) => state.ready);
  const range = useSessionState((state) => state.range);
  const queries = useSessionState((state) => state.dashboard.annotations);
  const chosen = useSessionState((state) => state.annotationsOn);
  const scope = useSessionState((state) => state.scope);
  const asked = useSessionState((state) => state.annotationsAsked);
  const [runner] = useState(
    () =>
      new AnnotationRunner({
        stored: async (params, signal) =>
          settled(await grafana.get('api/annotations', anything, { params, signal })),
        send: session.deps.send,
      }),
  );
  useEffect(() => {
    const stop = runner.subscribe(({ annotations, errors, loading }) => {
      if (loading) return;
      const shown = annotations.map((one) => ({ ...one, color: resolveColour(one.color, theme) }));
      if (!sameNotes(shown, session.state.annotations)) session.store.set({ annotations: shown });
      session.store.set({ annotationErrors: errors });
    });
    return stop;
  }, [runner, session, theme]);
  useEffect(() => {
    if (!ready || session.deps.frozen) return;
    const context = session.queryContext();
    void runner.run({
      queries: queries.map((one) => ({ ...one, enable: chosen.get(one.name) ?? one.enable })),
      context,
      range,
      dashboardUid: session.state.dashboard.uid,
    });
  }, [runner, session, ready, range, queries, chosen, scope, asked]);
}

/** What did not change draws no panel anew. */
function sameNotes(a: readonly Annotation[], b: readonly Annotation[]): boolean {
  return a.length === b.length && JSON.stringify(a) === JSON.stringify(b);
}
