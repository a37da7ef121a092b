import { useState } from 'react';

import Box from '@mui/material/Box';
import { useSearchParams } from 'react-router';

import { SearchInput } from '@/components/search-input';
import { Segments } from '@/components/segments';
import { Select } from '@/components/select';
import { ORDERS, ORDER_NAMES, parseArrangement } from '@/features/overview/arrange';
import { TagChips } from '@/features/overview/tag-chips';

export const LAYOUTS = ['cards', 'table'] as const;
export type Layout = (typeof LAYOUTS)[number];

const LAYOUT_OPTIONS = [
  { value: 'cards', name: 'Cards' },
  { value: 'table', name: 'Table' },
] as const;

const ORDER_OPTIONS = ORDERS.map((value) => ({ value, name: ORDER_NAMES[value] }));

interface OverviewToolbarProps {
  /** Those of all dashboards. */
  tags: readonly string[];
  layout: Layout;
  onLayout: (layout: Layout) => void;
}

/** Searches, filters and sorts the dashboards, which is kept in the URL, and chooses their layout. */
export function OverviewToolbar({ tags, layout, onLayout }: OverviewToolbarProps) {
  const [params, setParams] = useSearchParams();
  const { search, order } = parseArrangement(params);
  // While typing, the field is ahead of the URL, which updates too slowly.
  const [typed, setTyped] = useState<string | null>(null);
  const change = (name: 'search' | 'order', value: string, fallback: string) => {
    const next = new URLSearchParams(params);
    if (value === fallback) next.delete(name);
    else next.set(name, value);
    setParams(next, { replace: true });
  };
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1, mb: 2 }}>
      <SearchInput
        label="Search dashboards"
        shortcut="/"
        value={typed ?? search}
        onChange={(text) => {
          setTyped(text);
          change('search', text, '');
        }}
        onBlur={() => setTyped(null)}
      />
      <Select
        label="Order"
        value={order}
        options={ORDER_OPTIONS}
        onChange={(chosen) => change('order', chosen, 'name')}
      />
      <Segments label="Layout" value={layout} options={LAYOUT_OPTIONS} onChange={onLayout} />
      {tags.length > 0 && <TagChips tags={tags} label="Filter by tag" />}
    </Box>
  );
}
