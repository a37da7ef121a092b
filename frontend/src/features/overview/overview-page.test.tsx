import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { delay, http, HttpResponse } from 'msw';
import { describe, expect, it } from 'vitest';

import { OverviewPage } from '@/features/overview/overview-page';
import { makeDashboard } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet, mockPost, server } from '@/testing/server';

const shop = makeDashboard();
const billing = makeDashboard({
  id: '5f0c8d7e-0000-4000-8000-0000000000d2',
  name: 'Billing',
  url: 'https://billing.example.com/dashboard',
  state: 'fetch_endpoint_calls_failure',
  error: 'The dashboard answered with status 502.',
  summary: { ...shop.summary, visits_today: 20_000 },
});

const names = () => screen.getAllByRole('heading', { level: 2 }).map((title) => title.textContent);

describe('the overview', () => {
  it('shows the state and today’s figures of each dashboard', async () => {
    mockGet('/dashboards', [shop]);
    renderPage(<OverviewPage />);
    const card = within(await screen.findByRole('listitem'));
    for (const text of [
      'shop.example.com/dashboard',
      'Today; uptime over 90 days',
      '12,345',
      '12.3 ms',
      '1.23 s',
      '99.987%',
      '1%',
      'Up to date',
    ]) {
      expect(card.getByText(text)).toBeVisible();
    }
    expect(card.getByRole('link', { name: 'Web shop' })).toHaveAttribute(
      'href',
      `/dashboards/${shop.id}`,
    );
    expect(card.getByRole('img', { name: /^Requests per hour/ })).toBeVisible();
  });

  it('requests the dashboards without their endpoints', async () => {
    const asked: URL[] = [];
    server.use(
      http.get('*/api/dashboards', ({ request }) => {
        asked.push(new URL(request.url));
        return HttpResponse.json([shop]);
      }),
    );
    renderPage(<OverviewPage />);
    await screen.findByRole('link', { name: 'Web shop' });
    expect(asked.map(({ search }) => search)).toEqual(['?fields=summary&timezone=UTC']);
  });

  it('reserves space above the cards while loading', async () => {
    server.use(http.get('*/api/dashboards', () => delay('infinite')));
    renderPage(<OverviewPage />);
    expect(screen.getByLabelText('Search dashboards')).toBeVisible();
    const title = await screen.findByRole('heading', { level: 1 });
    expect(title.nextElementSibling).toBeInTheDocument();
  });

  it('shows why fetching failed', async () => {
    mockGet('/dashboards', [billing]);
    renderPage(<OverviewPage />);
    expect(await screen.findByText('Fetching failed')).toBeVisible();
    expect(screen.getByText('The dashboard answered with status 502.')).toBeVisible();
  });

  it('shows the progress of an import', async () => {
    const progress = { fraction: 0.45, calls: 120_000, seconds_left: 93 };
    mockGet('/dashboards', [makeDashboard({ state: 'initialized_endpoints', progress })]);
    renderPage(<OverviewPage />);
    expect(
      await screen.findByText('45% · 120,000 requests so far · 1 min 33 s left'),
    ).toBeVisible();
    expect(screen.getByRole('progressbar', { name: 'History import' })).toHaveAttribute(
      'aria-valuenow',
      '45',
    );
  });

  it('searches names and URLs, and keeps the text in the URL', async () => {
    mockGet('/dashboards', [shop, billing]);
    const { router } = renderPage(<OverviewPage />);
    await screen.findByRole('link', { name: 'Web shop' });
    await userEvent.type(screen.getByLabelText('Search dashboards'), 'BILLING.ex');
    expect(names()).toEqual(['Billing']);
    expect(router.state.location.search).toBe('?search=BILLING.ex');
  });

  it('sorts', async () => {
    mockGet('/dashboards', [shop, billing, makeDashboard({ id: 'x', name: 'Archive' })]);
    renderPage(<OverviewPage />);
    await screen.findByRole('link', { name: 'Web shop' });
    const order = screen.getByLabelText('Order');
    expect(names()).toEqual(['Archive', 'Billing', 'Web shop']);
    await userEvent.selectOptions(order, 'Most requests first');
    expect(names()).toEqual(['Billing', 'Archive', 'Web shop']);
    await userEvent.selectOptions(order, 'Problems first');
    expect(names()).toEqual(['Billing', 'Archive', 'Web shop']);
  });

  it('lists favorites first, and changes them', async () => {
    const sent = mockPost(`/dashboards/${shop.id}/change_settings`, {
      message: 'Settings saved.',
      dashboard: { ...shop, favorite: true },
    });
    mockGet('/dashboards', [billing, shop]);
    renderPage(<OverviewPage />);
    const star = await screen.findByRole('button', { name: 'Favorite Web shop', pressed: false });
    await userEvent.click(star);
    await screen.findByRole('button', { name: 'Favorite Web shop', pressed: true });
    expect(names()).toEqual(['Web shop', 'Billing']);
    expect(sent).toEqual([{ favorite: true }]);
  });

  it('shows the dashboards that have all chosen tags', async () => {
    const boards = [['live'], ['live', 'team a'], ['team a'], []].map((tags, at) =>
      makeDashboard({ id: `${at}`, name: `App ${at}`, tags }),
    );
    mockGet('/dashboards', boards);
    const { router } = renderPage(<OverviewPage />);
    const filter = within(await screen.findByRole('group', { name: 'Filter by tag' }));
    await userEvent.click(filter.getByRole('button', { name: 'live' }));
    expect(names()).toEqual(['App 0', 'App 1']);
    const tags = within(screen.getByRole('group', { name: 'Tags of App 1' }));
    await userEvent.click(tags.getByRole('button', { name: 'team a' }));
    expect(names()).toEqual(['App 1']);
    expect(router.state.location.search).toBe('?tag=live&tag=team+a');
    await userEvent.click(filter.getByRole('button', { name: 'live', pressed: true }));
    expect(names()).toEqual(['App 1', 'App 2']);
  });

  it('shows a table that remembers its choice and sorts by each figure', async () => {
    mockGet('/dashboards', [shop, billing]);
    renderPage(<OverviewPage />);
    await screen.findByRole('link', { name: 'Web shop' });
    await userEvent.click(screen.getByRole('button', { name: 'Table' }));
    const table = within(await screen.findByRole('grid', { name: 'Dashboards' }));
    const apps = () => table.getAllByRole('link').map((link) => link.textContent);
    expect(apps()).toEqual(['Billing', 'Web shop']);
    expect(window.localStorage.getItem('pydash.layout')).toBe('table');
    await userEvent.click(table.getByRole('columnheader', { name: 'Requests' }));
    await waitFor(() => expect(apps()).toEqual(['Web shop', 'Billing']));
  });

  it('puts what is down first, then failures, doubts, errors and slowness', async () => {
    const calm = { ...shop.summary, error_rate: 0, p95: 10 };
    const boards = [
      { name: 'calm', summary: calm },
      { name: 'slow', summary: { ...calm, p95: 9_000 } },
      { name: 'failing', summary: { ...calm, error_rate: 0.2 } },
      { name: 'doubtful', availability: 'checking' as const, summary: calm },
      { name: 'unread', error: 'Wrong token.', summary: calm },
      { name: 'gone', availability: 'down' as const, summary: calm },
    ];
    mockGet(
      '/dashboards',
      boards.map((board) => makeDashboard({ ...board, id: board.name })),
    );
    renderPage(<OverviewPage />, '/?order=trouble', '/');
    await screen.findByRole('link', { name: 'gone' });
    expect(names()).toEqual(['gone', 'unread', 'doubtful', 'failing', 'slow', 'calm']);
    expect(screen.getByText('Down')).toBeVisible();
    expect(screen.getByText('Checking whether it is down')).toBeVisible();
  });

  it('shows instructions to a user without dashboards', async () => {
    mockGet('/dashboards', []);
    renderPage(<OverviewPage />);
    expect(await screen.findByText(/pydash_exporter\.bind\(app\)/)).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Add your app' }));
    expect(await screen.findByRole('dialog', { name: 'Add a dashboard' })).toBeVisible();
  });

  it('shows an error when loading fails', async () => {
    mockGet('/dashboards', { message: 'The database cannot be reached.' }, 503);
    renderPage(<OverviewPage />);
    expect(await screen.findByRole('alert')).toHaveTextContent('The database cannot be reached.');
    expect(screen.getByRole('button', { name: 'Try again' })).toBeVisible();
  });
});
