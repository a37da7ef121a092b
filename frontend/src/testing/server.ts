import { http, HttpResponse, type JsonBodyType } from 'msw';
import { setupServer } from 'msw/node';

/** Mocks the API; a request without a handler fails the test. */
export const server = setupServer(
  http.get('*/api/exporter', () =>
    HttpResponse.json({ wheel: { file: 'pydash_exporter-1-py3-none-any.whl', sha256: 'abc' } }),
  ),
  http.post('*/api/login/automatic', () => HttpResponse.json({ user: null })),
  http.get('*/api/events', () => HttpResponse.json([])),
  http.get('*/api/alerts', () => HttpResponse.json({ alerts: [], next_marker: null })),
  http.get('*/api/dashboards/:id/exceptions', () =>
    HttpResponse.json({
      groups: [],
      ...{ total: 0, ungrouped: 0, next_marker: null, available: true, hint: null },
    }),
  ),
  http.get('*/api/channels', () => HttpResponse.json({ channels: [] })),
  http.get('*/api/dashboards/:id/versions', () => HttpResponse.json({ versions: [] })),
  http.get('*/api/dashboards/:id/rules/suggested', () => HttpResponse.json({ rules: [] })),
  http.get('*/api/dashboards/:id/links', () => HttpResponse.json({ links: [] })),
);

/** Mocks the response to GET `path` (under /api). */
export const mockGet = (path: string, body: JsonBodyType, status = 200): void =>
  server.use(http.get(`*/api${path}`, () => HttpResponse.json(body, { status })));

/** Mocks the response to POST `path` and returns the request bodies. */
export function mockPost(path: string, body: JsonBodyType, status = 200): unknown[] {
  const sent: unknown[] = [];
  server.use(
    http.post(`*/api${path}`, async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(body, { status });
    }),
  );
  return sent;
}

/** Delays the response to POST `path` until the returned function is called. */
export function delayPost(path: string, body: JsonBodyType): () => void {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  server.use(
    http.post(`*/api${path}`, async () => {
      await released;
      return HttpResponse.json(body);
    }),
  );
  return release;
}
