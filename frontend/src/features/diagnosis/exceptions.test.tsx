import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { expect, test } from 'vitest';

import type { ExceptionGroup } from '@/api/types';
import { DecisionButtons } from '@/features/diagnosis/decision-buttons';
import { Exceptions } from '@/features/diagnosis/exceptions';
import { stateText } from '@/features/diagnosis/state-text';
import { makeException } from '@/testing/fixtures';
import { renderPage } from '@/testing/render';
import { mockGet, mockPost, server } from '@/testing/server';

const SHOP = makeException().dashboard_id;
const LIST = `/dashboards/${SHOP}/exceptions`;
const URL = '/?range=all';

const page = <Exceptions dashboardId={SHOP} />;

/** Mocks pages of a group each, and returns their queries. */
function mockPages(path: string, ...groups: ExceptionGroup[]): URLSearchParams[] {
  const queries: URLSearchParams[] = [];
  server.use(
    http.get(`*/api${path}`, ({ request }) => {
      const query = new window.URL(request.url).searchParams;
      queries.push(query);
      const at = Number(query.get('marker') ?? 0);
      const next = at + 1 < groups.length ? String(at + 1) : null;
      return HttpResponse.json({
        groups: groups.slice(at, at + 1),
        total: groups.length,
        ungrouped: 7,
        next_marker: next,
        available: true,
        hint: null,
      });
    }),
  );
  return queries;
}

test('a group is shown with its state and figures, and links to its page in the same range', async () => {
  mockGet('/dashboards', []);
  mockPages(LIST, makeException());
  renderPage(page, URL);
  const row = await screen.findByRole('listitem');
  for (const text of ['Regressed', 'order <n>', '1,234 exceptions', '1 user', '3 addresses'])
    expect(row).toHaveTextContent(text);
  expect(row).toHaveTextContent('pay, cart and 1 more · versions 1.0 to 2.0');
  expect(within(row).getByRole('link', { name: 'KeyError in shop:pay' })).toHaveAttribute(
    'href',
    `/dashboards/${SHOP}/exceptions/1-abc?range=all`,
  );
});

test('the URL filters and sorts the list, and changes with the controls', async () => {
  mockGet('/dashboards', []);
  const queries = mockPages(LIST, makeException());
  const { router } = renderPage(page, `${URL}&endpoint=pay&state=new&sort=count&text=order`, '/');
  await screen.findByRole('listitem');
  const [query] = queries;
  for (const [name, value] of [
    ['endpoint', 'pay'],
    ['state', 'new'],
    ['sort', 'count'],
    ['text', 'order'],
  ])
    expect(query?.get(name ?? '')).toBe(value);
  await userEvent.selectOptions(screen.getByLabelText('State'), 'Ignored');
  await userEvent.selectOptions(screen.getByLabelText('Order'), 'Most users');
  await userEvent.type(screen.getByLabelText('Search exceptions'), ' 1');
  await waitFor(() => expect(queries.at(-1)?.get('text')).toBe('order 1'));
  expect(router.state.location.search).toBe(
    '?range=all&endpoint=pay&state=ignored&sort=users&text=order+1',
  );
});

test('exceptions of all apps are filtered by what was seen in any of them', async () => {
  mockGet('/dashboards', []);
  const queries = mockPages('/exceptions', makeException());
  const { router } = renderPage(<Exceptions dashboardId={undefined} />, URL);
  await userEvent.click(await screen.findByRole('button', { name: 'Filter' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Endpoint' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: /^cart/ }));
  expect(await screen.findByRole('button', { name: /Endpoint: cart/ })).toBeInTheDocument();
  expect(router.state.location.search).toBe('?range=all&endpoint=cart');
  await waitFor(() => expect(queries.at(-1)?.get('endpoint')).toBe('cart'));
});

test('more groups are shown on request', async () => {
  mockGet('/dashboards', []);
  mockPages(LIST, makeException(), makeException({ id: '1-def', type: 'OSError' }));
  renderPage(page, URL);
  await screen.findByText(/^1 of 2 groups. 7 exceptions of further groups not listed/);
  await userEvent.click(screen.getByRole('button', { name: 'Show more' }));
  expect(await screen.findByRole('link', { name: /OSError/ })).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Show more' })).not.toBeInTheDocument();
});

test('an app that exports no exceptions says what to type, to copy it', async () => {
  const hint = [
    'This app does not export its exceptions.',
    'Right after dashboard.bind(app), write: pydash_exporter.bind(app, exceptions=True)',
    'Then restart it.',
  ].join('\n');
  mockGet(LIST, {
    groups: [],
    ...{ total: 0, ungrouped: 0, next_marker: null, available: false, hint },
  });
  const user = userEvent.setup();
  renderPage(page, URL);
  await user.click(await screen.findByRole('button', { name: 'Copy the code' }));
  expect(await navigator.clipboard.readText()).toBe('pydash_exporter.bind(app, exceptions=True)');
  expect(screen.getByText('Then restart it.')).toBeInTheDocument();
});

test.each([
  [{ state: 'resolved', resolved_in: null }, 'It regresses if it is seen again.'],
  [{ state: 'resolved', resolved_in: '2.0' }, /In version 2\.0\..*this version or in a later one/],
  [{ state: 'ignored' }, 'For ever.'],
  [{ state: 'ignored', ignored_times: 1 }, 'Until the next exception.'],
  [{ state: 'ignored', ignored_times: 1200 }, 'Until 1,200 more exceptions have come.'],
  [{ state: 'ignored', ignored_until: '2026-12-01T12:00:00Z' }, /^Until Dec 1, 2026/],
] as const)('the text of %o says what ends the state', (part, text) => {
  expect(stateText(makeException(part), 'UTC')).toMatch(text);
});

test.each([
  ['Resolve', 'Now', null, 'resolve', {}],
  ['Resolve', 'In the newest version, 2.1', null, 'resolve', { in_version: '2.1' }],
  ['Resolve', 'In another version…', '3.0', 'resolve', { in_version: '3.0' }],
  ['Ignore', 'For ever', null, 'ignore', { forever: true }],
  ['Ignore', 'Until more have come…', '20', 'ignore', { times: 20 }],
] as const)('%s: %s (%s)', async (button, choice, typed, action, body) => {
  const newest = { name: '2.1', first_seen: '2026-11-01T12:00:00Z' };
  mockGet(`/dashboards/${SHOP}/versions`, { versions: [newest] });
  const sent = mockPost(`${LIST}/1-abc/${action}`, { message: 'Decided.', group: {} });
  renderPage(<DecisionButtons group={makeException()} />);
  expect(screen.queryByRole('button', { name: 'Reopen' })).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: button }));
  await userEvent.click(await screen.findByRole('menuitem', { name: choice }));
  if (typed !== null) {
    const dialog = await screen.findByRole('dialog');
    const field = within(dialog).getByRole('textbox');
    await userEvent.clear(field);
    await userEvent.type(field, `${typed}{Enter}`);
  }
  expect(await screen.findByText('Decided.')).toBeInTheDocument();
  expect(sent).toEqual([body]);
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
});

test('what is ignored can be reopened', async () => {
  const sent = mockPost(`${LIST}/1-abc/reopen`, { message: 'Reopened.', group: {} });
  renderPage(<DecisionButtons group={makeException({ state: 'ignored' })} />);
  expect(screen.queryByRole('button', { name: 'Ignore' })).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Reopen' }));
  expect(await screen.findByText('Reopened.')).toBeInTheDocument();
  expect(sent).toEqual([{}]);
});
