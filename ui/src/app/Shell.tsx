import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { PageBarSlot } from '../parts/PageBar';
import { Skeleton } from '../parts/Skeleton';
import { setColourScheme, useColourScheme } from '../parts/colourScheme';
import { useRemembered } from '../parts/hooks';
import { useShownFrame, type Crumb } from '../parts/pageFrame';
import { Pages } from './Pages';
import { whereIs } from './places';
import { Rail } from './Rail';
import { TopBar } from './TopBar';
import { useKeys } from './useKeys';
import styles from './Shell.module.css';

const loadPalette = () => import('./Palette');
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }));
const KeysHelp = lazy(async () => ({ default: (await import('./KeysHelp')).KeysHelp }));

const NO_CRUMBS: readonly Crumb[] = [];

/** The one frame around every page: rail, top bar, and what opens over them. */
export function Shell() {
  const [path, navigate] = useLocation();
  const [rail, setRail] = useRemembered('rail', 'wide', ['wide', 'slim']);
  const [drawer, setDrawer] = useState(false);
  const [over, setOver] = useState<'palette' | 'keys' | null>(null);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const colourScheme = useColourScheme();
  const where = whereIs(path);
  const frame = useShownFrame();
  const title = frame?.title ?? where?.title;
  const chrome = frame?.chrome ?? 'full';

  const cycleTheme = useCallback(() => {
    const next = { auto: 'light', light: 'dark', dark: 'auto' } as const;
    setColourScheme(next[colourScheme]);
  }, [colourScheme]);
  const leave = () => {
    setDrawer(false);
    window.scrollTo(0, 0);
  };
  useKeys({
    onGo: (to) => {
      navigate(to);
      leave();
    },
    onPalette: () => setOver('palette'),
    onHelp: () => setOver('keys'),
    onRail: () => setRail(rail === 'wide' ? 'slim' : 'wide'),
  });
  useEffect(() => {
    // Letters typed right after Ctrl-K must not wait for a download.
    const timer = setTimeout(() => void loadPalette(), 2000);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    document.title = title === undefined ? 'watchfire' : `${title} · watchfire`;
  }, [title]);

  return (
    <div
      className={styles.shell}
      data-rail={rail}
      data-drawer={drawer || undefined}
      data-chrome={chrome}
    >
      <a className={styles.skip} href={`${window.location.pathname}${window.location.search}#main`}>
        Skip to the page
      </a>
      {chrome === 'full' && (
        <Rail
          path={path}
          slim={rail === 'slim' && !drawer}
          onSlim={() => setRail(rail === 'wide' ? 'slim' : 'wide')}
          onLeave={leave}
        />
      )}
      {drawer && <div className={styles.scrim} onClick={() => setDrawer(false)} aria-hidden />}
      <div className={styles.body}>
        {chrome !== 'none' && (
          <TopBar
            title={title ?? 'Not found'}
            parent={frame === null ? (where?.parent ?? null) : null}
            crumbs={frame?.crumbs ?? NO_CRUMBS}
            onSlot={setSlot}
            onMenu={() => setDrawer(!drawer)}
            menuOpen={drawer}
            onPalette={() => setOver('palette')}
            onHelp={() => setOver('keys')}
            colourScheme={colourScheme}
            onTheme={cycleTheme}
          />
        )}
        <main id="main" className={styles.main} tabIndex={-1}>
          <PageBarSlot value={slot}>
            <Suspense fallback={<Skeleton rows={8} label="Loading the page" />}>
              <Pages />
            </Suspense>
          </PageBarSlot>
        </main>
      </div>
      <Suspense fallback={null}>
        {over === 'palette' && <Palette onClose={() => setOver(null)} onTheme={cycleTheme} />}
        {over === 'keys' && <KeysHelp ofPage={frame?.keys ?? []} onClose={() => setOver(null)} />}
      </Suspense>
    </div>
  );
}
