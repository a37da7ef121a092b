import Box from '@mui/material/Box';
import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import { useSearchParams } from 'react-router';

import { Icon } from '@/components/icon';
import {
  ORDERS,
  ORDER_NAMES,
  parseArrangement,
  type Arrangement,
} from '@/features/overview/arrange';

const searchAdornment = (
  <InputAdornment position="start">
    <Icon name="search" size={16} />
  </InputAdornment>
);

/** Searches and sorts the dashboards; what was chosen is part of the URL. */
export function OverviewToolbar() {
  const [params, setParams] = useSearchParams();
  const { search, order } = parseArrangement(params);
  const change = (part: Partial<Arrangement>) => {
    const chosen = { search, order, ...part };
    const next = new URLSearchParams();
    if (chosen.search) next.set('search', chosen.search);
    if (chosen.order !== 'name') next.set('order', chosen.order);
    setParams(next, { replace: true });
  };
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mb: 2 }}>
      <TextField
        type="search"
        value={search}
        onChange={({ target }) => change({ search: target.value })}
        placeholder="Search"
        slotProps={{
          input: { startAdornment: searchAdornment },
          htmlInput: { 'aria-label': 'Search dashboards', 'aria-keyshortcuts': '/' },
        }}
        sx={{ flex: '1 1 200px', maxWidth: 360 }}
      />
      <TextField
        select
        fullWidth={false}
        value={order}
        onChange={({ target }) => change({ order: target.value as Arrangement['order'] })}
        slotProps={{ select: { native: true }, htmlInput: { 'aria-label': 'Order' } }}
      >
        {ORDERS.map((name) => (
          <option key={name} value={name}>
            {ORDER_NAMES[name]}
          </option>
        ))}
      </TextField>
    </Box>
  );
}
