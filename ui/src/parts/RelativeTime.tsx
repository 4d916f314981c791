import { formatDateTime, formatRelative } from '../lib/time';

export interface RelativeTimeProps {
  ms: number | null;
  now: number;
  never?: string;
}

export function RelativeTime({ ms, now, never = 'never' }: RelativeTimeProps) {
  if (ms === null) return <>{never}</>;
  return (
    <time dateTime={new Date(ms).toISOString()} title={formatDateTime(ms)}>
      {formatRelative(ms, now)}
    </time>
  );
}
