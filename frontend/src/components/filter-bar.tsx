import { lazy, Suspense, useRef, useState, type Ref } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';

import { sharedDashboard } from '@/api/core/link';
import { useInterval } from '@/api/statistics/history';
import { Icon } from '@/components/icon';
import { MarkersButton } from '@/components/markers-button';
import { RangePicker } from '@/components/range-picker';
import { Select } from '@/components/select';
import { ZoneNote } from '@/components/zone-note';
import { useNow } from '@/hooks/use-now';
import { useView } from '@/hooks/use-view';
import { formatDateTime } from '@/lib/format';
import { shownName } from '@/api/statistics/names';
import {
  hasFewEnoughSlices,
  FILTER_LABELS,
  FILTER_NAMES,
  rangeName,
  resolveRange,
  TIMESLICES,
} from '@/api/statistics/view';
import type { CallField } from '@/api/types';

const FilterPopover = lazy(async () => ({
  default: (await import('@/components/filter-popover')).FilterPopover,
}));

interface FilterBarProps {
  /** Undefined for the exceptions of all dashboards. */
  dashboardId: string | undefined;
  /** The filters available on this page. */
  names?: readonly CallField[];
  /** Whether the page has time series, for which an interval and a comparison make sense. */
  overTime?: boolean;
  /** Whether the page has a search field, which takes the "/" key from the filter. */
  hasSearch?: boolean;
}

type FilterProps = Required<Pick<FilterBarProps, 'dashboardId' | 'names'>>;

interface FilterButtonProps extends FilterProps {
  ref: Ref<HTMLButtonElement>;
  shortcut: string | undefined;
}

function FilterButton({ dashboardId, names, ref, shortcut }: FilterButtonProps) {
  const { view, filter } = useView();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const close = () => setAnchor(null);
  const choose = (name: CallField, value: string) => {
    close();
    filter(name, value);
  };
  return (
    <>
      <Button
        ref={ref}
        data-not-pictured
        variant="outlined"
        startIcon={<Icon name="filter" />}
        aria-haspopup="dialog"
        aria-keyshortcuts={shortcut}
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        Filter
      </Button>
      {anchor && (
        <Suspense>
          <FilterPopover
            anchor={anchor}
            dashboardId={dashboardId}
            names={names}
            view={view}
            onChoose={choose}
            onClose={close}
          />
        </Suspense>
      )}
    </>
  );
}

/** The active filters; a click removes one. */
function FilterChips({ names, onRemoved }: Pick<FilterProps, 'names'> & { onRemoved: () => void }) {
  const { view, filter } = useView();
  const remove = (name: CallField) => {
    filter(name, undefined);
    onRemoved();
  };
  return names.map((name) => {
    const value = view.filters[name];
    if (value === undefined) return null;
    const text = `${FILTER_LABELS[name]}: ${shownName(name, value)}`;
    return (
      <Button
        key={name}
        variant="outlined"
        aria-label={`Remove filter ${text}`}
        endIcon={<Icon name="close" size={14} />}
        onClick={() => remove(name)}
        sx={{ maxWidth: 320, bgcolor: 'action.selected' }}
      >
        <Box
          component="span"
          sx={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}
        >
          {text}
        </Box>
      </Button>
    );
  });
}

function CompareButton() {
  const { view, change } = useView();
  const isOpen = 'preset' in view.range && view.range.preset === 'all';
  const isOn = view.compare && !isOpen;
  return (
    <Button
      data-not-pictured
      variant="outlined"
      aria-pressed={isOn}
      title={isOpen ? 'All time has no previous period' : 'Compare with the previous period'}
      disabled={isOpen}
      startIcon={isOn ? <Icon name="check" /> : undefined}
      onClick={() => change({ compare: !view.compare })}
    >
      Compare
    </Button>
  );
}

/** The interval of time series; intervals with too many slices are disabled. */
function SliceSelect({ dashboardId }: { dashboardId: string }) {
  const { view, change } = useView();
  const interval = useInterval(dashboardId, view, useNow());
  const options = [
    { value: 'auto', name: 'Auto interval' } as const,
    ...TIMESLICES.map((value) => ({
      value,
      name: `By ${value}`,
      disabled: !hasFewEnoughSlices(interval, value),
    })),
  ];
  const isChosen = view.timeslice !== 'auto' && hasFewEnoughSlices(interval, view.timeslice);
  return (
    <Select
      label="Interval"
      value={isChosen ? view.timeslice : 'auto'}
      options={options}
      onChange={(timeslice) => change({ timeslice })}
    />
  );
}

/** The time range of a page, kept in the URL. */
export function RangeControls() {
  const { view, change } = useView();
  return (
    <>
      <RangePicker
        range={view.range}
        onChange={(range) => change({ range, zoomedFrom: undefined })}
      />
      {view.zoomedFrom && (
        <Button
          variant="outlined"
          endIcon={<Icon name="close" size={14} />}
          title={`Back to ${rangeName(view.zoomedFrom)}`}
          onClick={() => change({ range: view.zoomedFrom, zoomedFrom: undefined })}
          sx={{ bgcolor: 'action.selected' }}
        >
          Reset zoom
        </Button>
      )}
    </>
  );
}

/** Which moments the range was, for paper. */
function PrintedInterval() {
  const { view } = useView();
  const { start, end } = resolveRange(view, useNow());
  const moments = [start, end].filter((moment) => moment !== undefined);
  return (
    <Box component="span" sx={{ display: 'none', '@media print': { display: 'inline' } }}>
      {moments.map((moment) => formatDateTime(moment, view.zone)).join(' – ')}
    </Box>
  );
}

/** The time range, interval and filters of all panels of a page, kept in the URL. */
export function FilterBar(props: FilterBarProps) {
  const { dashboardId, names = FILTER_NAMES, overTime = true, hasSearch = false } = props;
  const filterButton = useRef<HTMLButtonElement>(null);
  // Visitors have no events, and no keyboard shortcuts.
  const isShared = sharedDashboard() !== undefined;
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1 }}>
      <RangeControls />
      <PrintedInterval />
      {overTime && dashboardId !== undefined && <SliceSelect dashboardId={dashboardId} />}
      {overTime && <CompareButton />}
      {overTime && !isShared && <MarkersButton />}
      {names.length > 0 && (
        <FilterButton
          ref={filterButton}
          dashboardId={dashboardId}
          names={names}
          shortcut={hasSearch || isShared ? undefined : '/'}
        />
      )}
      {/* A chip that goes takes the focus with it. */}
      <FilterChips names={names} onRemoved={() => filterButton.current?.focus()} />
      <Box sx={{ ml: { sm: 'auto' } }}>
        <ZoneNote />
      </Box>
    </Box>
  );
}
