import { describe, expect, it } from 'vitest';

import { endpointPage, loginPath, safeNext } from '@/lib/paths';

describe('the page after signing in', () => {
  it('is the requested page', () =>
    expect(safeNext('/dashboards/1?range=30d')).toBe('/dashboards/1?range=30d'));

  it.each([
    null,
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    'http://',
    '//',
  ])('is never another site: %s', (next) => expect(safeNext(next)).toBe('/'));

  it('is part of the URL of the login page', () =>
    expect(loginPath('/settings')).toBe('/login?next=%2Fsettings'));
});

it('encodes any endpoint in a path', () =>
  expect(endpointPage('1', 'a/b?c')).toBe('/dashboards/1/endpoints/a%2Fb%3Fc'));
