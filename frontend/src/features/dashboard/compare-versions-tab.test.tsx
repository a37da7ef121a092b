import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, it } from 'vitest';

import type { VersionComparison } from '@/api/types';
import { CompareVersionsTab } from '@/features/dashboard/compare-versions-tab';
import { renderPage } from '@/testing/render';
import { mockGet, server } from '@/testing/server';
import { mockStatistics } from '@/testing/statistics';

const compared: VersionComparison = {
  ...{ version: '1.1', against: '1.0', verdict: 'same', endpoints: [], endpoint_count: 0 },
  histogram: { edges: [], counts: [], against_counts: [] },
};

it('compares the requests of a range', async () => {
  mockStatistics({ values: {} });
  const versions = ['1.0', '1.1'].map((name, day) => ({
    ...{ name, deploy: null, verdict: null, visits: 1 },
    first_seen: `2026-11-0${day + 1}T00:00:00Z`,
    last_seen: `2026-11-0${day + 1}T00:00:00Z`,
  }));
  mockGet('/dashboards/shop/versions', { versions });
  mockGet('/dashboards/shop/execution_time_histogram', { edges: [], counts: [] });
  const queries: URLSearchParams[] = [];
  server.use(
    http.get('*/api/dashboards/shop/versions/compare', ({ request }) => {
      queries.push(new URL(request.url).searchParams);
      return HttpResponse.json(compared);
    }),
  );
  const path = '/dashboards/:dashboardId/versions/compare';
  const { router } = renderPage(
    <CompareVersionsTab />,
    '/dashboards/shop/versions/compare?range=all&of=1.1',
    path,
  );
  await waitFor(() => expect(queries).toHaveLength(1));
  expect(queries[0]?.get('start_date')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: /All time/ }));
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Yesterday' }));
  expect(router.state.location.search).toBe('?range=yesterday&of=1.1');
  await waitFor(() => expect(queries).toHaveLength(2));
  const moments = ['start_date', 'end_date'].map((name) => Date.parse(queries[1]?.get(name) ?? ''));
  expect(moments.every((moment) => moment < Date.now())).toBe(true);
  expect(queries[1]?.get('version')).toBe('1.1');
});
