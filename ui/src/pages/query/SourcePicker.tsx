import { useQuery } from '@tanstack/react-query';
import { settled } from '../../api/grafana/client';
import { fetchFrontendSettings } from '../../api/grafana/people';
import { Select } from '../../parts/Select';

export interface SourcePickerProps {
  source: string;
  onChange: (uid: string) => void;
}

/** Who is asked, where there is a choice. */
export function SourcePicker({ source, onChange }: SourcePickerProps) {
  const settings = useQuery({
    queryKey: ['frontend-settings'],
    queryFn: async ({ signal }) => settled(await fetchFrontendSettings(signal)),
    staleTime: 60_000,
  });
  const sources = Object.values(settings.data?.datasources ?? {}).filter(
    ({ type, uid, own }) => type === 'prometheus' && uid !== '' && !own,
  );
  if (sources.length === 0 && source === '') return null;
  return (
    <Select
      label="Data source"
      hideLabel
      value={source}
      onChange={onChange}
      options={[
        { value: '', name: 'This server' },
        ...sources.map(({ uid, name }) => ({ value: uid, name })),
      ]}
    />
  );
}
