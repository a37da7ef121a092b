import { http, HttpResponse } from 'msw';
import { afterEach, expect, it, vi } from 'vitest';

import { get, post } from '@/api/core/client';
import { ApiError } from '@/api/core/errors';
import { isServerReachable } from '@/api/core/connection';
import { server } from '@/testing/server';

afterEach(() => vi.restoreAllMocks());

it.each([
  ['XSRF-TOKEN=plain', 'plain'],
  ['__Host-XSRF-TOKEN=secure', 'secure'],
  ['__Secure-XSRF-TOKEN=secure', 'secure'],
  // A subdomain can set the cookie without the prefix.
  ['XSRF-TOKEN=planted; __Host-XSRF-TOKEN=secure', 'secure'],
])('sends the token of the cookies %s', async (cookies, token) => {
  // jsdom runs over HTTP, where it refuses the prefix.
  vi.spyOn(document, 'cookie', 'get').mockReturnValue(cookies);
  let sent: string | null = null;
  server.use(
    http.post('*/api/logout', ({ request }) => {
      sent = request.headers.get('X-XSRF-TOKEN');
      return HttpResponse.json({ message: 'Signed out.' });
    }),
  );
  await post('/logout');
  expect(sent).toBe(token);
});

it('reports what the API says is wrong', async () => {
  const body = { message: 'Invalid.', errors: { name: ['Too long.'] } };
  const headers = { 'Retry-After': '7' };
  server.use(http.get('*/api/status', () => HttpResponse.json(body, { status: 429, headers })));
  const expected = { message: 'Invalid.', status: 429, fields: body.errors, retryAfter: 7 };
  await expect(get('/status')).rejects.toMatchObject(expected);
});

it.each([200, 502])('reports a page of a proxy with status %d', async (status) => {
  server.use(http.get('*/api/status', () => HttpResponse.html('<h1>Hello</h1>', { status })));
  const message = 'PyDash could not process this request. Try again in a moment.';
  await expect(get('/status')).rejects.toMatchObject({ message, status });
});

it('notices when the server does not respond, and when it does again', async () => {
  server.use(http.get('*/api/status', () => HttpResponse.error()));
  await expect(get('/status')).rejects.toMatchObject({ name: 'ApiError', status: null });
  expect(isServerReachable()).toBe(false);
  server.use(http.get('*/api/status', () => HttpResponse.json({})));
  await get('/status');
  expect(isServerReachable()).toBe(true);
});

it('passes a cancellation on', async () => {
  server.use(http.get('*/api/status', () => HttpResponse.json({})));
  const cancelled = get('/status', {}, AbortSignal.abort());
  await expect(cancelled).rejects.not.toBeInstanceOf(ApiError);
  expect(isServerReachable()).toBe(true);
});

it('sends lists as comma-separated texts, and leaves out what is not given', async () => {
  let search = '';
  server.use(
    http.get('*/api/status', ({ request }) => {
      search = new URL(request.url).search;
      return HttpResponse.json({});
    }),
  );
  await get('/status', { a: ['x', 'y z'], b: undefined, c: 0 });
  expect(search).toBe('?a=x%2Cy+z&c=0');
});
