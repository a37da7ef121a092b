import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ApiError } from '@/api/core/errors';
import { clearUserData, createQueryClient } from '@/api/core/query-client';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Fetches a query that fails some times, and returns how often it was sent. */
async function attempts(error: ApiError, failures: number): Promise<number> {
  const queryFn = vi.fn<() => Promise<string>>();
  for (let count = 0; count < failures; count += 1) queryFn.mockRejectedValueOnce(error);
  queryFn.mockResolvedValue('a result');
  const result = createQueryClient().query({
    queryKey: ['query'],
    queryFn,
    retry: createQueryClient().getDefaultOptions().queries?.retry,
  });
  const settled = result.catch(() => 'failed');
  await vi.advanceTimersByTimeAsync(60_000);
  await settled;
  return queryFn.mock.calls.length;
}

describe('a query that fails', () => {
  it('is retried soon while the server is busy', async () => {
    expect(await attempts(new ApiError('Busy.', 429, {}, 1), 9)).toBe(10);
  });

  it('is not retried if a rate limit is exceeded', async () => {
    expect(await attempts(new ApiError('Too many attempts.', 429, {}, 600), 9)).toBe(1);
  });

  it('is retried twice after a server error', async () => {
    expect(await attempts(new ApiError('An error.', 500), 9)).toBe(3);
  });
});

describe('the end of a session', () => {
  it('removes data of the user, and leaves what visitors are waiting for', async () => {
    const client = createQueryClient();
    client.setQueryData(['dashboards'], ['shop']);
    const verification = client.query({
      queryKey: ['verification', 'code'],
      queryFn: () => Promise.resolve('verified'),
    });
    clearUserData(client);
    expect(client.getQueryData(['dashboards'])).toBeUndefined();
    expect(await verification).toBe('verified');
    expect(client.getQueryData(['verification', 'code'])).toBe('verified');
  });
});
