import { http, HttpResponse } from 'msw';
import { afterEach, expect, it, vi } from 'vitest';

import { post } from '@/api/core/client';
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
