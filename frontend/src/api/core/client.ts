import { recordResponse } from '@/api/core/connection';
import { ApiError, dataOf, NO_RESPONSE } from '@/api/core/errors';
import { linkToken } from '@/api/core/link';
import { ROOT } from '@/lib/root';

const TIMEOUT_MS = 30_000;

/* The session is a cookie. Each request returns the cookie XSRF-TOKEN in a header, which the API
   requires for every change. Over HTTPS, the name of the cookie has a prefix that prevents other
   hosts from setting it. */
const XSRF_COOKIES = ['__Host-XSRF-TOKEN', '__Secure-XSRF-TOKEN', 'XSRF-TOKEN'];

/** The id of the user whom this window shows; the server refuses changes to the account of another. */
let windowUser: string | undefined;

export function setWindowUser(id: string | undefined): void {
  windowUser = id;
}

function xsrfToken(): string | undefined {
  const cookies = new Map(
    document.cookie.split('; ').map((cookie) => {
      const [name = '', ...value] = cookie.split('=');
      return [name, value.join('=')];
    }),
  );
  const name = XSRF_COOKIES.find((one) => cookies.has(one));
  return name && decodeURIComponent(cookies.get(name) ?? '');
}

function headersOf(method: 'GET' | 'POST'): Record<string, string> {
  const link = linkToken();
  if (link !== undefined) return { Accept: 'application/json', Authorization: `Bearer ${link}` };
  const token = xsrfToken();
  return {
    Accept: 'application/json',
    ...(token !== undefined && { 'X-XSRF-TOKEN': token }),
    ...(method === 'POST' && { 'Content-Type': 'application/json' }),
    ...(method === 'POST' && windowUser !== undefined && { 'X-PyDash-User': windowUser }),
  };
}

interface Received<T> {
  data: T;
  headers: Headers;
}

/** Sends a request; throws an ApiError, or what the signal was aborted with. */
async function send<T>(
  method: 'GET' | 'POST',
  path: string,
  body: object | undefined,
  signal: AbortSignal | undefined,
): Promise<Received<T>> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(`${ROOT}api${path}`, {
      method,
      headers: headersOf(method),
      ...(body && { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    const text = await response.text();
    recordResponse(true);
    return { data: dataOf(response, text) as T, headers: response.headers };
  } catch (error) {
    if (signal?.aborted || error instanceof ApiError) throw error;
    recordResponse(false);
    throw new ApiError(NO_RESPONSE, null);
  }
}

export type QueryParams = Record<string, string | number | boolean | readonly string[] | undefined>;

/** Returns the path with the parameters; lists are sent as comma-separated texts. */
function withParams(path: string, params: QueryParams): string {
  const given = Object.entries(params).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value.toString()]],
  );
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}

export async function get<T>(
  path: string,
  params: QueryParams = {},
  signal?: AbortSignal,
): Promise<T> {
  return (await send<T>('GET', withParams(path, params), undefined, signal)).data;
}

export interface PageOf<T> {
  data: T[];
  /** The cursor of the next page. */
  next: string | undefined;
}

/** Returns a page of a list; the header `Link` has the cursor of the next one. */
export async function getPage<T>(
  path: string,
  params: QueryParams,
  signal?: AbortSignal,
): Promise<PageOf<T>> {
  const { data, headers } = await send<T[]>('GET', withParams(path, params), undefined, signal);
  const next = /<([^>]*)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
  return { data, next: next && (new URL(next).searchParams.get('cursor') ?? undefined) };
}

export async function post<T>(path: string, body: object = {}, signal?: AbortSignal): Promise<T> {
  return (await send<T>('POST', path, body, signal)).data;
}

/**
 * Returns `/dashboards/{id}/…` with each part URL-encoded; `/shared/…` if a link stands for the
 * dashboard.
 */
export const dashboardPath = (id: string, ...rest: string[]): string =>
  linkToken() === undefined
    ? ['/dashboards', ...[id, ...rest].map(encodeURIComponent)].join('/')
    : ['/shared', ...rest.map(encodeURIComponent)].join('/');
