import { useState } from 'react';

import Box from '@mui/material/Box';

import { useExceptions } from '@/api/diagnosis/exceptions';
import type { ExceptionGroups, ExceptionOrder, ExceptionState } from '@/api/types';
import { ExceptionList } from '@/components/exceptions/exception-list';
import { STATES } from '@/components/exceptions/state-chip';
import { FilterBar } from '@/components/filter-bar';
import { Notice } from '@/components/notice';
import { Panel } from '@/components/panel';
import { SearchInput } from '@/components/search-input';
import { Select } from '@/components/select';
import { ShowMore } from '@/components/show-more';
import { ExportHint } from '@/features/diagnosis/export-hint';
import { useUrlText } from '@/hooks/use-url-text';
import { useView } from '@/hooks/use-view';
import { countOf, formatNumber } from '@/lib/format';

const ORDERS: Readonly<Record<ExceptionOrder, string>> = {
  last_seen: 'Last seen',
  first_seen: 'First seen',
  count: 'Most exceptions',
  users: 'Most users',
};

const entries = <K extends string, V>(record: Readonly<Record<K, V>>) =>
  Object.entries(record) as [K, V][];

const STATE_OPTIONS = [
  { value: '', name: 'All states' },
  ...entries(STATES).map(([value, { name }]) => ({ value, name })),
];
const ORDER_OPTIONS = entries(ORDERS).map(([value, name]) => ({ value, name }));

/** The maximum of the API. */
const MAX_TEXT = 200;

const isKey = <K extends string>(record: Readonly<Record<K, unknown>>, key: string): key is K =>
  Object.hasOwn(record, key);

/** Searches exceptions, filters them by their state and sorts them, which is kept in the URL. */
function useSearch() {
  const [state, setState] = useUrlText('state', '');
  const [sort, setSort] = useUrlText('sort', 'last_seen');
  const [text, setText] = useUrlText('text', '', true);
  // While typing, the field is ahead of the URL, which updates too slowly.
  const [typed, setTyped] = useState<string | null>(null);
  const search = {
    state: isKey(STATES, state) ? state : undefined,
    sort: isKey(ORDERS, sort) ? sort : 'last_seen',
    text: text.slice(0, MAX_TEXT),
  };
  const controls = (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1 }}>
      <SearchInput
        label="Search exceptions"
        shortcut="/"
        maxLength={MAX_TEXT}
        value={typed ?? text}
        onChange={(changed) => {
          setTyped(changed);
          setText(changed);
        }}
        onBlur={() => setTyped(null)}
      />
      <Select<ExceptionState | ''>
        label="State"
        value={search.state ?? ''}
        options={STATE_OPTIONS as { value: ExceptionState | ''; name: string }[]}
        onChange={setState}
      />
      <Select label="Order" value={search.sort} options={ORDER_OPTIONS} onChange={setSort} />
    </Box>
  );
  return { search, controls };
}

/** What the list leaves out. */
function noteOf({
  total,
  ungrouped,
  groups,
}: Omit<ExceptionGroups, 'next_marker'>): string | undefined {
  const isPart = total > groups.length;
  return (
    [
      isPart && `${formatNumber(groups.length)} of ${formatNumber(total)} groups.`,
      ungrouped > 0 &&
        `${countOf(ungrouped, 'exception')} of further groups not listed: there are too many groups.`,
    ]
      .filter(Boolean)
      .join(' ') || undefined
  );
}

/** The exceptions of a dashboard, or of all if it is undefined, by their cause. */
export function Exceptions({ dashboardId }: { dashboardId: string | undefined }) {
  const { range, zone, filters } = useView().view;
  const { endpoint, version } = filters;
  const { search, controls } = useSearch();
  const query = useExceptions({ dashboardId, range, zone, endpoint, version, ...search });
  const hint = query.data?.hint ?? null;
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 2 }}>
      <FilterBar
        dashboardId={dashboardId}
        names={['endpoint', 'version']}
        overTime={false}
        hasSearch
      />
      {controls}
      <Panel
        query={query}
        title="Exceptions"
        subtitle="Grouped by cause, counted in this time range; users and addresses over all time"
        isEmpty={({ groups }) => groups.length === 0}
        empty={
          hint === null ? (
            <Notice
              icon={search.text || search.state ? 'search' : 'check'}
              title={
                search.text || search.state
                  ? 'No exceptions of this time range match your search'
                  : 'No exceptions in this time range'
              }
            />
          ) : (
            <ExportHint title="No exceptions are exported" hint={hint} />
          )
        }
        note={noteOf}
      >
        {({ groups }) => (
          <>
            <ExceptionList groups={groups} showDashboard={dashboardId === undefined} />
            <ShowMore query={query} />
          </>
        )}
      </Panel>
    </Box>
  );
}
