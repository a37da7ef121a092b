import { useState } from 'react';

import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import MenuList from '@mui/material/MenuList';
import Typography from '@mui/material/Typography';

import { useFilterValues } from '@/api/statistics/groups';
import { QueryBoundary } from '@/components/query-boundary';
import { Notice } from '@/components/notice';
import { Popup } from '@/components/popup';
import { SearchInput } from '@/components/search-input';
import { formatNumber } from '@/lib/format';
import { shownName } from '@/api/statistics/names';
import { FILTER_LABELS, type View } from '@/api/statistics/view';
import type { CallField } from '@/api/types';

/** The maximum number of listed values; typing narrows the list. */
const MAX_LISTED = 100;

interface FilterValue {
  value: string;
  count: number;
}

/**
 * Whether the typed text can be used although it is not listed: it may be rare or unused in this
 * range.
 */
const isCustomValue = (name: CallField, typed: string, known: readonly FilterValue[]) =>
  typed !== '' && name !== 'status_class' && !known.some(({ value }) => value === typed);

function statusText(matches: number, typed: string): string {
  if (matches > MAX_LISTED)
    return `${formatNumber(matches - MAX_LISTED)} more; type to narrow the list`;
  return matches === 0 ? `No matches in this time range for “${typed}”` : '';
}

interface ValuesProps {
  name: CallField;
  known: readonly FilterValue[];
  typed: string;
  onChoose: (value: string) => void;
}

function Values({ name, known, typed, onChoose }: ValuesProps) {
  const matches = known.filter(({ value }) =>
    shownName(name, value).toLowerCase().includes(typed.toLowerCase()),
  );
  const isCustom = isCustomValue(name, typed, known);
  return (
    <>
      {(matches.length > 0 || isCustom) && (
        <MenuList aria-label={FILTER_LABELS[name]} sx={{ maxHeight: 280, overflow: 'auto' }}>
          {matches.slice(0, MAX_LISTED).map(({ value, count }) => (
            <MenuItem key={value} onClick={() => onChoose(value)} sx={{ gap: 2 }}>
              <Box sx={{ flex: 1, overflow: 'hidden', textOverflow: 'ellipsis' }}>
                {shownName(name, value)}
              </Box>
              <Box sx={{ color: 'text.secondary' }}>{formatNumber(count)}</Box>
            </MenuItem>
          ))}
          {isCustom && <MenuItem onClick={() => onChoose(typed)}>Use “{typed}”</MenuItem>}
        </MenuList>
      )}
      <Typography
        role="status"
        variant="caption"
        color="textSecondary"
        sx={{ px: 2, py: 1, overflowWrap: 'anywhere', '&:empty': { display: 'none' } }}
        component="p"
      >
        {statusText(matches.length, typed)}
      </Typography>
    </>
  );
}

interface ValueListProps {
  dashboardId: string | undefined;
  name: CallField;
  view: Pick<View, 'range' | 'zone'>;
  onChoose: (value: string) => void;
}

/** The values of a filter, with how often each was seen; typing narrows the list. */
function ValueList({ dashboardId, name, view, onChoose }: ValueListProps) {
  const values = useFilterValues(dashboardId, name, view);
  const [typed, setTyped] = useState('');
  return (
    <Box sx={{ width: 320, maxWidth: '100%' }}>
      <Box sx={{ p: 1, pb: 0 }}>
        <SearchInput
          label={`Search: ${FILTER_LABELS[name]}`}
          value={typed}
          onChange={setTyped}
          autoFocus
        />
      </Box>
      <QueryBoundary
        query={values}
        isEmpty={(known) => known.length === 0}
        empty={<Notice title="No data in this time range" />}
      >
        {(known) => <Values {...{ name, known, onChoose }} typed={typed.trim()} />}
      </QueryBoundary>
    </Box>
  );
}

interface FilterPopoverProps {
  anchor: HTMLElement;
  /** Undefined for the exceptions of all dashboards. */
  dashboardId: string | undefined;
  names: readonly CallField[];
  view: Pick<View, 'range' | 'zone'>;
  onChoose: (name: CallField, value: string) => void;
  onClose: () => void;
}

/** Chooses a filter, then its value. */
export function FilterPopover(props: FilterPopoverProps) {
  const { anchor, dashboardId, names, view, onChoose, onClose } = props;
  const [name, setName] = useState<CallField | null>(null);
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
          view={view}
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
