import { useEffect, useState } from 'react';
import { anything, grafana, settled } from '../../api/grafana/client';
import { resolveColour } from '../../dash/data/colours';
import type { Annotation } from '../../dash/frame';
import type { AnnotationRunner } from '../../dash/query/annotations';
import { useShownScheme } from '../../parts/colourScheme';
import { useSession, useSessionState } from './context';

type Stored = ConstructorParameters<typeof AnnotationRunner>[0]['stored'];

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
  const [runner, setRunner] = useState<AnnotationRunner | null>(null);
  const wanted = ready && !session.deps.frozen;
  useEffect(() => {
    if (!wanted) return;
    let gone = false;
    void import('../../dash/query/annotations').then((module) => {
      const stored: Stored = async (params, signal) =>
        settled(await grafana.get('api/annotations', anything, { params, signal }));
      const made = new module.AnnotationRunner({ stored, send: session.deps.send });
      if (gone) return;
      session.provideNotes(module.annotationsFor);
      setRunner(made);
    });
    return () => {
      gone = true;
    };
  }, [session, wanted]);
  useEffect(() => () => runner?.stop(), [runner]);
  useEffect(() => {
    return runner?.subscribe(({ annotations, errors, loading }) => {
      if (loading) return;
      const shown = annotations.map((one) => ({ ...one, color: resolveColour(one.color, theme) }));
      if (!sameNotes(shown, session.state.annotations)) session.store.set({ annotations: shown });
      session.store.set({ annotationErrors: errors });
    });
  }, [runner, session, theme]);
  useEffect(() => {
    if (runner === null || !wanted) return;
    const context = session.queryContext();
    void runner.run({
      queries: queries.map((one) => ({ ...one, enable: chosen.get(one.name) ?? one.enable })),
      context,
      range,
      dashboardUid: session.state.dashboard.uid,
    });
  }, [runner, session, wanted, range, queries, chosen, scope, asked]);
}

/** What did not change draws no panel anew. */
function sameNotes(a: readonly Annotation[], b: readonly Annotation[]): boolean {
  return a.length === b.length && JSON.stringify(a) === JSON.stringify(b);
}
