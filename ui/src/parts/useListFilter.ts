import { toggleLabelTerm } from '../lib/filter';
import { usePageParam } from './usePageParam';

export interface ListFilter<S extends string> {
  readonly text: string;
  readonly setText: (text: string) => void;
  /** `all`, or the one state that is shown. */
  readonly state: S | 'all';
  readonly setState: (state: string) => void;
  /** A label's chip was clicked: it goes into the text, or out of it. */
  readonly pick: (name: string, value: string, exclude: boolean) => void;
  /** Takes the text away, and when there is none, the state. */
  readonly clear: () => void;
}

/** What a list shows of itself, kept in the address. */
export function useListFilter<S extends string>(states: readonly S[]): ListFilter<S> {
  const [text, setText] = usePageParam('search');
  const [param, setParam] = usePageParam('state');
  return {
    text,
    setText,
    state: states.find((one) => one === param) ?? 'all',
    setState: (state) => setParam(state === 'all' ? '' : state),
    pick: (name, value, exclude) => setText(toggleLabelTerm(text, name, value, exclude)),
    clear: () => {
      if (text !== '') setText('');
      else setParam('');
    },
  };
}
