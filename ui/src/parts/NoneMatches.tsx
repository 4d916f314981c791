import { IconFilterOff } from '@tabler/icons-react';
import { Button } from './Button';
import { EmptyState } from './EmptyState';

export interface NoneMatchesProps {
  /** `12 targets`: what there would be without the filter. */
  of: string;
  onClear: () => void;
}

export function NoneMatches({ of, onClear }: NoneMatchesProps) {
  return (
    <EmptyState
      icon={<IconFilterOff size={32} stroke={1.5} />}
      title={`None of the ${of} matches`}
      action={
        <Button variant="default" onClick={onClear}>
          Clear the filter
        </Button>
      }
    />
  );
}
