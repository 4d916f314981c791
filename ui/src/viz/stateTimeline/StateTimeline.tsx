import type { VizProps } from '../types';
import { States } from './States';

export function StateTimeline(props: VizProps) {
  return <States {...props} history={false} />;
}

export function StatusHistory(props: VizProps) {
  return <States {...props} history />;
}
