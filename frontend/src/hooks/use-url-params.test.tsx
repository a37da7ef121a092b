import { act } from '@testing-library/react';
import { expect, test } from 'vitest';

import { useUrlParams } from '@/hooks/use-url-params';
import { renderPage } from '@/testing/render';

test('a change keeps the one before that is not rendered yet', async () => {
  const rendered: ReturnType<typeof useUrlParams>[] = [];
  function Probe() {
    rendered.push(useUrlParams());
    return null;
  }
  const { router } = renderPage(<Probe />, '/?one=1#token');
  const [, change] = rendered[0] ?? [];
  const set = (name: string) =>
    act(async () => {
      change?.((before) => new URLSearchParams([...before, [name, '1']]));
      await Promise.resolve();
    });
  await set('two');
  await set('three');
  const { search, hash } = router.state.location;
  expect(search + hash).toBe('?one=1&two=1&three=1#token');
});
