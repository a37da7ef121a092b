import { useState } from 'react';

import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import MenuList from '@mui/material/MenuList';

import { useFilterValues } from '@/api/get-filter-values';
import { Faces } from '@/components/faces';
import { Notice } from '@/components/notice';
import { Popup } from '@/components/popup';
import { SearchInput } from '@/components/search-input';
import { formatNumber } from '@/lib/format';
import { shownName } from '@/lib/names';
import { FILTER_LABELS, type FilterName, type Range } from '@/lib/view';

interface ValueListProps {
  dashboardId: string;
  name: FilterName;
  range: Range;
  onChoose: (value: string) => void;
}

/** The values that a filter can take, with their visits; typing narrows them down. */
function ValueList({ dashboardId, name, range, onChoose }: ValueListProps) {
  const values = useFilterValues(dashboardId, name, range);
  const [typed, setTyped] = useState('');
  const matches = (value: string) =>
    shownName(name, value).toLowerCase().includes(typed.toLowerCase());
  const label = FILTER_LABELS[name];
  return (
    <Box sx={{ width: 320, maxWidth: '100%' }}>
      <Box sx={{ p: 1, pb: 0 }}>
        <SearchInput label={`Search: ${label}`} value={typed} onChange={setTyped} autoFocus />
      </Box>
      <Faces
        query={values}
        isEmpty={(known) => known.length === 0}
        empty={<Notice title="Nothing in this time range" />}
      >
        {(known) => (
          <MenuList aria-label={label} sx={{ maxHeight: 280, overflow: 'auto' }}>
            {known
              .filter(({ value }) => matches(value))
              .map(({ value, visits }) => (
                <MenuItem key={value} onClick={() => onChoose(value)} sx={{ gap: 2 }}>
                  <Box sx={{ flex: 1, overflow: 'hidden', textOverflow: 'ellipsis' }}>
                    {shownName(name, value)}
                  </Box>
                  <Box sx={{ color: 'text.secondary' }}>{formatNumber(visits)}</Box>
                </MenuItem>
              ))}
          </MenuList>
        )}
      </Faces>
    </Box>
  );
}

interface FilterPopoverProps {
  anchor: HTMLElement;
  dashboardId: string;
  names: readonly FilterName[];
  range: Range;
  onChoose: (name: FilterName, value: string) => void;
  onClose: () => void;
}

/** First what to filter by, then which value. */
export function FilterPopover(props: FilterPopoverProps) {
  const { anchor, dashboardId, names, range, onChoose, onClose } = props;
  const [name, setName] = useState<FilterName | null>(null);
  return (
    <Popup
      label={name ? `Filter: ${FILTER_LABELS[name]}` : 'Filter'}
      anchor={anchor}
      onClose={onClose}
    >
      {name ? (
        <ValueList
          dashboardId={dashboardId}
          name={name}
          range={range}
          onChoose={(value) => onChoose(name, value)}
        />
      ) : (
        <MenuList autoFocusItem aria-label="Filter by">
          {names.map((candidate) => (
            <MenuItem key={candidate} onClick={() => setName(candidate)}>
              {FILTER_LABELS[candidate]}
            </MenuItem>
          ))}
        </MenuList>
      )}
    </Popup>
  );
}
