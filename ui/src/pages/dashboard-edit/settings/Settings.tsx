import { Button } from '../../../parts/Button';
import type { DashboardSession } from '../../dashboard/session';

export function Settings({ session, view }: { session: DashboardSession; view: string }) {
  return <Button onClick={() => session.onAddress({ editview: '' })}>{view}</Button>;
}
