import { useMemo } from 'react';
import { useSearch } from 'wouter';
import { readAddress } from '../dashboard/address';

/** A panel or the settings are open. */
export function useEditing(): boolean {
  const search = useSearch();
  return useMemo(() => {
    const { editPanel, editview } = readAddress(search);
    return editPanel !== '' || editview !== '';
  }, [search]);
}
