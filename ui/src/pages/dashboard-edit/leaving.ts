// Stands in the way of who would leave with unsaved changes. Every way within the app goes through
// history.pushState; Back and Forward come as "popstate" and are taken back.

export interface LeaveGuard {
  /** True: whoever leaves to this address is to be asked first. */
  readonly stops: (to: URL) => boolean;
  /** Asks; `go` leaves after all. */
  readonly ask: (go: () => void) => void;
}

type Step = (data: unknown, unused: string, url?: string | URL | null) => void;

/** Gives back how to stop guarding. */
export function guardLeaving({ stops, ask }: LeaveGuard): () => void {
  const push: Step = history.pushState.bind(history);
  const replace: Step = history.replaceState.bind(history);
  let here = window.location.href;
  const held =
    (go: Step): Step =>
    (...step) => {
      const to = new URL(step[2] ?? here, document.baseURI);
      if (stops(to)) {
        ask(() => {
          stop();
          go(...step);
        });
        return;
      }
      go(...step);
      here = window.location.href;
    };
  const onPop = (event: PopStateEvent) => {
    const to = new URL(window.location.href);
    if (!stops(to)) {
      here = to.href;
      return;
    }
    event.stopImmediatePropagation();
    push(null, '', here);
    ask(() => {
      stop();
      push(null, '', to);
    });
  };
  const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
  history.pushState = held(push);
  history.replaceState = held(replace);
  window.addEventListener('popstate', onPop, true);
  window.addEventListener('beforeunload', onUnload);
  const stop = () => {
    history.pushState = push;
    history.replaceState = replace;
    window.removeEventListener('popstate', onPop, true);
    window.removeEventListener('beforeunload', onUnload);
  };
  return stop;
}

/** Another page: what follows the question mark is still the same dashboard. */
export function leavesPage(from: string, to: URL, origin: string): boolean {
  return to.origin !== origin || to.pathname !== from;
}
