import type { ReactNode } from 'react';
import { FilterBox } from './FilterBox';
import page from './page.module.css';
import { Segments } from './Segments';
import type { ListFilter } from './useListFilter';

export interface ListFilterBarProps<S extends string> {
  filter: ListFilter<S>;
  placeholder: string;
  states: readonly { readonly value: S | 'all'; readonly label: string }[];
  children?: ReactNode;
}

export function ListFilterBar<S extends string>(props: ListFilterBarProps<S>) {
  const { filter, placeholder, states, children } = props;
  return (
    <div className={page.filters}>
      <FilterBox
        className={page.grow}
        value={filter.text}
        onChange={filter.setText}
        placeholder={placeholder}
      />
      <Segments aria-label="State" value={filter.state} onChange={filter.setState} data={states} />
      {children}
    </div>
  );
}
