import { useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import MenuList from '@mui/material/MenuList';
import Popover from '@mui/material/Popover';
import TextField from '@mui/material/TextField';

import { useFilterValues } from '@/api/get-filter-values';
import { Faces } from '@/components/faces';
import { Icon } from '@/components/icon';
import { Notice } from '@/components/notice';
import { RangePicker } from '@/components/range-picker';
import { useView } from '@/hooks/use-view';
import { formatNumber } from '@/lib/format';
import { FILTER_LABELS, FILTER_NAMES, TIMESLICES, type FilterName } from '@/lib/view';

interface ValueListProps {
  dashboardId: string;
  name: FilterName;
  onChoose: (value: string) => void;
}

/** The values that a filter can take, with their visits; typing narrows them down. */
function ValueList({ dashboardId, name, onChoose }: ValueListProps) {
  const { view } = useView();
  const values = useFilterValues(dashboardId, name, view.range);
  const [typed, setTyped] = useState('');
  const matches = (value: string) => value.toLowerCase().includes(typed.toLowerCase());
  return (
    <>
      <Box sx={{ p: 1, pb: 0 }}>
        <TextField
          type="search"
          autoFocus
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          placeholder="Search"
          slotProps={{ htmlInput: { 'aria-label': `Search: ${FILTER_LABELS[name]}` } }}
        />
      </Box>
      <Faces
        query={values}
        isEmpty={(known) => known.length === 0}
        empty={<Notice title="Nothing in this time range" />}
      >
        {(known) => (
          <MenuList aria-label={FILTER_LABELS[name]} sx={{ maxHeight: 280, overflow: 'auto' }}>
            {known
              .filter(({ value }) => matches(value))
              .map(({ value, visits }) => (
                <MenuItem key={value} onClick={() => onChoose(value)} sx={{ gap: 2 }}>
                  <Box sx={{ flex: 1, overflow: 'hidden', textOverflow: 'ellipsis' }}>{value}</Box>
                  <Box sx={{ color: 'text.secondary' }}>{formatNumber(visits)}</Box>
                </MenuItem>
              ))}
          </MenuList>
        )}
      </Faces>
    </>
  );
}

interface FilterMenuProps {
  dashboardId: string;
  names: readonly FilterName[];
}

/** "Filter": first by what, then which value. */
function FilterMenu({ dashboardId, names }: FilterMenuProps) {
  const { filter } = useView();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [chosen, setChosen] = useState<FilterName | null>(null);
  const close = () => {
    setAnchor(null);
    setChosen(null);
  };
  const choose = (value: string) => {
    if (chosen) filter(chosen, value);
    close();
  };
  return (
    <>
      <Button
        variant="outlined"
        startIcon={<Icon name="filter" />}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        Filter
      </Button>
      <Menu disablePortal open={anchor !== null && chosen === null} anchorEl={anchor} onClose={close}>
        {names.map((name) => (
          <MenuItem key={name} onClick={() => setChosen(name)}>
            {FILTER_LABELS[name]}
          </MenuItem>
        ))}
      </Menu>
      <Popover
        open={anchor !== null && chosen !== null}
        anchorEl={anchor}
        onClose={close}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'left' }}
        slotProps={{
          paper: {
            role: 'dialog',
            'aria-label': chosen ? `Filter by ${FILTER_LABELS[chosen]}` : undefined,
            sx: { mt: 0.5, width: 320, border: 1, borderColor: 'divider' },
          },
        }}
      >
        {chosen && <ValueList dashboardId={dashboardId} name={chosen} onChoose={choose} />}
      </Popover>
    </>
  );
}

/** The filters that are on, each with a button that takes it off. */
function FilterChips({ names }: { names: readonly FilterName[] }) {
  const { view, filter } = useView();
  return names.map((name) => {
    const value = view.filters[name];
    if (value === undefined) return null;
    return (
      <Chip
        key={name}
        label={`${FILTER_LABELS[name]}: ${value}`}
        onDelete={() => filter(name, undefined)}
        deleteIcon={
          <button type="button" aria-label={`Remove filter ${FILTER_LABELS[name]}`}>
            <Icon name="close" size={14} />
          </button>
        }
        sx={{ maxWidth: 320 }}
      />
    );
  });
}

/** How fine the time axes are: chosen to fit, or by hand. */
function TimesliceSelect() {
  const { view, change } = useView();
  return (
    <TextField
      select
      value={view.timeslice}
      onChange={({ target }) => change({ timeslice: target.value as typeof view.timeslice })}
      fullWidth={false}
      slotProps={{
        select: { native: true },
        htmlInput: { 'aria-label': 'Time slice' },
      }}
    >
      <option value="auto">Slices that fit</option>
      {TIMESLICES.map((timeslice) => (
        <option key={timeslice} value={timeslice}>
          By {timeslice}
        </option>
      ))}
    </TextField>
  );
}

function CompareButton() {
  const { view, change } = useView();
  return (
    <Button
      variant="outlined"
      aria-pressed={view.compare}
      color={view.compare ? 'primary' : 'inherit'}
      onClick={() => change({ compare: !view.compare })}
      startIcon={view.compare ? <Icon name="check" /> : undefined}
    >
      Compare
    </Button>
  );
}

interface FilterBarProps {
  dashboardId: string;
  /** What can be filtered by on this page. */
  names?: readonly FilterName[];
  /** Whether anything here goes over time, so that slices and a period to compare with make sense. */
  overTime?: boolean;
}

/** One time range, slice and set of filters for all panels of a page; they live in the URL. */
export function FilterBar(props: FilterBarProps) {
  const { dashboardId, names = FILTER_NAMES, overTime = true } = props;
  const { view, change } = useView();
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1 }}>
      <RangePicker range={view.range} onChange={(range) => change({ range })} />
      {overTime && <TimesliceSelect />}
      {overTime && <CompareButton />}
      <FilterMenu dashboardId={dashboardId} names={names} />
      <FilterChips names={names} />
    </Box>
  );
}
