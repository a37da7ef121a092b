import { useState } from 'react';

import Box from '@mui/material/Box';
import { useSearchParams } from 'react-router';

import { SearchInput } from '@/components/search-input';
import { Select } from '@/components/select';
import {
  ORDERS,
  ORDER_NAMES,
  parseArrangement,
  type Arrangement,
} from '@/features/overview/arrange';

const ORDER_OPTIONS = ORDERS.map((value) => ({ value, name: ORDER_NAMES[value] }));

/** Searches and sorts the dashboards; both are kept in the URL. */
export function OverviewToolbar() {
  const [params, setParams] = useSearchParams();
  const { search, order } = parseArrangement(params);
  // While typing, the field is ahead of the URL, which updates too slowly.
  const [typed, setTyped] = useState<string | null>(null);
  const change = (part: Partial<Arrangement>) => {
    const chosen = { search, order, ...part };
    const next = new URLSearchParams();
    if (chosen.search) next.set('search', chosen.search);
    if (chosen.order !== 'name') next.set('order', chosen.order);
    setParams(next, { replace: true });
  };
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mb: 2 }}>
      <SearchInput
        label="Search dashboards"
        shortcut="/"
        value={typed ?? search}
        onChange={(text) => {
          setTyped(text);
          change({ search: text });
        }}
        onBlur={() => setTyped(null)}
      />
      <Select
        label="Order"
        value={order}
        options={ORDER_OPTIONS}
        onChange={(chosen) => change({ order: chosen })}
      />
    </Box>
  );
}
