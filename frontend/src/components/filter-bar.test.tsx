import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { FilterBar } from '@/components/filter-bar';
import { renderPage } from '@/testing/render';
import { mockStatistics } from '@/testing/statistics';

describe('the filters', () => {
  it('offer the values in this time range, most requests first', async () => {
    const asked = mockStatistics({
      values: { total_visits: ({ version }) => (version === '1.0' ? 5 : 2500) },
      groups: { version: ['1.0', '1.1'] },
    });
    const { router } = renderPage(<FilterBar dashboardId="1" />, '/?from=2026-01-01&to=2026-01-31');
    await userEvent.click(screen.getByRole('button', { name: 'Filter' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Version' }));
    const offered = await screen.findAllByRole('menuitem');
    expect(offered.map(({ textContent }) => textContent)).toEqual(['1.12,500', '1.05']);
    const values = asked.find((query) => query.has('breakdown'));
    expect(Object.fromEntries(values ?? [])).toMatchObject({
      breakdown: 'version',
      start_date: '2026-01-01T00:00:00.000Z',
      end_date: '2026-02-01T00:00:00.000Z',
    });

    await userEvent.type(screen.getByLabelText('Search: Version'), '1.0');
    await userEvent.click(screen.getByRole('menuitem', { name: /1.0/ }));
    expect(router.state.location.search).toBe('?from=2026-01-01&to=2026-01-31&version=1.0');
  });

  it('are shown as chips that remove them', async () => {
    const { router } = renderPage(<FilterBar dashboardId="1" />, '/?range=30d&endpoint=index');
    await userEvent.click(screen.getByRole('button', { name: 'Remove filter Endpoint: index' }));
    expect(router.state.location.search).toBe('?range=30d');
  });

  it('omit interval and comparison on pages without time series', () => {
    renderPage(<FilterBar dashboardId="1" overTime={false} />);
    expect(screen.queryByLabelText('Interval')).not.toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Compare' })).not.toBeInTheDocument();
  });
});

describe('time series', () => {
  it('keep interval and comparison in the URL', async () => {
    const { router } = renderPage(<FilterBar dashboardId="1" />);
    await userEvent.selectOptions(screen.getByLabelText('Interval'), 'By hour');
    await userEvent.click(screen.getByRole('button', { name: 'Compare' }));
    expect(router.state.location.search).toBe('?compare=true&timeslice=hour');
    expect(screen.getByRole('button', { name: 'Compare' })).toHaveAttribute('aria-pressed', 'true');
  });

  it('disable intervals with too many slices', () => {
    renderPage(<FilterBar dashboardId="1" />, '/?range=12mo&timeslice=minute');
    expect(screen.getByRole('option', { name: 'By minute' })).toBeDisabled();
    expect(screen.getByRole('option', { name: 'By hour' })).toBeEnabled();
    expect(screen.getByLabelText('Interval')).toHaveDisplayValue('Auto interval');
  });
});

it.each([
  [false, '/'],
  [true, null],
])('uses the "/" key unless the page has a search: %s', (hasSearch, key) => {
  renderPage(<FilterBar dashboardId="1" hasSearch={hasSearch} />);
  const button = screen.getByRole('button', { name: 'Filter' });
  expect(button.getAttribute('aria-keyshortcuts')).toBe(key);
});
