import { http, HttpResponse, type JsonBodyType } from 'msw';
import { setupServer } from 'msw/node';

/** Stands in for the API; a request without an answer below fails the test. */
export const server = setupServer();

/** Lets GET `path` (under /api) answer this. */
export const answerGet = (path: string, body: JsonBodyType, status = 200): void =>
  server.use(http.get(`*/api${path}`, () => HttpResponse.json(body, { status })));

/** Lets POST `path` answer this, and returns the bodies that are sent there. */
export function answerPost(path: string, body: JsonBodyType, status = 200): unknown[] {
  const sent: unknown[] = [];
  server.use(
    http.post(`*/api${path}`, async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(body, { status });
    }),
  );
  return sent;
}

/** Lets POST `path` wait until the test calls what this returns. */
export function holdPost(path: string, body: JsonBodyType): () => void {
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
