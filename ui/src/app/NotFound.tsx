import { IconMapQuestion } from '@tabler/icons-react';
import { Link } from 'wouter';
import { HOME } from '../api/served';
import { EmptyState } from '../parts/EmptyState';

export function NotFound() {
  return (
    <EmptyState
      icon={<IconMapQuestion size={32} stroke={1.5} />}
      title="There is no page at this address"
      action={<Link href={HOME}>Go to the first page</Link>}
    />
  );
}
