import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { Redirect, Route, Switch, useLocation, useSearch } from 'wouter';
import { PageBarSlot } from '../parts/PageBar';
import { Skeleton } from '../parts/Skeleton';
import { setColourScheme, useColourScheme } from '../parts/colourScheme';
import { useRemembered } from '../parts/hooks';
import { NotFound } from './NotFound';
import { placeOf } from './places';
import { Rail } from './Rail';
import { TopBar } from './TopBar';
import { useKeys } from './useKeys';
import styles from './Shell.module.css';

const QueryPage = lazy(async () => ({
  default: (await import('../pages/query/QueryPage')).QueryPage,
}));
const TargetsPage = lazy(async () => ({
  default: (await import('../pages/targets/TargetsPage')).TargetsPage,
}));
const DiscoveryPage = lazy(async () => ({
  default: (await import('../pages/targets/DiscoveryPage')).DiscoveryPage,
}));
const RulesPage = lazy(async () => ({
  default: (await import('../pages/rules/RulesPage')).RulesPage,
}));
const StatusPage = lazy(async () => ({
  default: (await import('../pages/server/StatusPage')).StatusPage,
}));
const ConfigPage = lazy(async () => ({
  default: (await import('../pages/server/ConfigPage')).ConfigPage,
}));
const FlagsPage = lazy(async () => ({
  default: (await import('../pages/server/FlagsPage')).FlagsPage,
}));
const TsdbPage = lazy(async () => ({
  default: (await import('../pages/server/TsdbPage')).TsdbPage,
}));
const loadPalette = () => import('./Palette');
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }));
const KeysHelp = lazy(async () => ({ default: (await import('./KeysHelp')).KeysHelp }));

/** The one frame around every page: rail, top bar, and what opens over them. */
export function Shell() {
  const [path, navigate] = useLocation();
  const [rail, setRail] = useRemembered('rail', 'wide', ['wide', 'slim']);
  const [drawer, setDrawer] = useState(false);
  const [over, setOver] = useState<'palette' | 'keys' | null>(null);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const colourScheme = useColourScheme();
  const place = placeOf(path);

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
    document.title = place === undefined ? 'watchfire' : `${place.name} · watchfire`;
  }, [place]);

  return (
    <div className={styles.shell} data-rail={rail} data-drawer={drawer || undefined}>
      <a className={styles.skip} href={`${window.location.pathname}${window.location.search}#main`}>
        Skip to the page
      </a>
      <Rail
        path={path}
        slim={rail === 'slim' && !drawer}
        onSlim={() => setRail(rail === 'wide' ? 'slim' : 'wide')}
        onLeave={leave}
      />
      {drawer && <div className={styles.scrim} onClick={() => setDrawer(false)} aria-hidden />}
      <div className={styles.body}>
        <TopBar
          title={place?.name ?? 'Not found'}
          parent={place?.under === undefined ? null : (placeOf(place.under)?.name ?? null)}
          onSlot={setSlot}
          onMenu={() => setDrawer(!drawer)}
          menuOpen={drawer}
          onPalette={() => setOver('palette')}
          onHelp={() => setOver('keys')}
          colourScheme={colourScheme}
          onTheme={cycleTheme}
        />
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
        {over === 'keys' && <KeysHelp onClose={() => setOver(null)} />}
      </Suspense>
    </div>
  );
}

function Pages() {
  const search = useSearch();
  const suffix = search === '' ? '' : `?${search}`;
  return (
    <Switch>
      <Route path="/">{<Redirect to={`/query${suffix}`} replace />}</Route>
      <Route path="/graph">{<Redirect to={`/query${suffix}`} replace />}</Route>
      <Route path="/alerts">{<Redirect to="/rules" replace />}</Route>
      <Route path="/query" component={QueryPage} />
      <Route path="/rules" component={RulesPage} />
      <Route path="/targets" component={TargetsPage} />
      <Route path="/service-discovery" component={DiscoveryPage} />
      <Route path="/status" component={StatusPage} />
      <Route path="/config" component={ConfigPage} />
      <Route path="/flags" component={FlagsPage} />
      <Route path="/tsdb-status" component={TsdbPage} />
      <Route component={NotFound} />
    </Switch>
  );
}
