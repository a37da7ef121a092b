import axios, { isCancel } from 'axios';

import { recordResponse } from '@/api/core/connection';
import { hasStatus, toApiError } from '@/api/core/errors';
import { ROOT } from '@/lib/root';

/* The session is a cookie. Axios copies the cookie XSRF-TOKEN to the header X-XSRF-TOKEN, which the
   API requires for every change. Over HTTPS, the name of the cookie has a prefix that prevents
   other hosts from setting it. */
const client = axios.create({ baseURL: `${ROOT}api`, timeout: 30_000 });
const SECURE_NAMES = ['__Host-XSRF-TOKEN', '__Secure-XSRF-TOKEN'];

/** The id of the user whom this window shows; the server refuses changes to the account of another. */
let windowUser: string | undefined;

export function setWindowUser(id: string | undefined): void {
  windowUser = id;
}

client.interceptors.request.use((config) => {
  if (windowUser !== undefined && config.method === 'post')
    config.headers.set('X-PyDash-User', windowUser);
  const secureName = SECURE_NAMES.find((name) => document.cookie.includes(`${name}=`));
  if (secureName) config.xsrfCookieName = secureName;
  return config;
});

client.interceptors.response.use(
  (response) => {
    recordResponse(true);
    return response;
  },
  (thrown: unknown) => {
    const error = toApiError(thrown);
    if (!isCancel(error)) recordResponse(!hasStatus(error, null));
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a cancellation is passed on as it is
    return Promise.reject(error);
  },
);

export type QueryParams = Record<string, string | number | boolean | readonly string[] | undefined>;

export async function get<T>(
  path: string,
  params: QueryParams = {},
  signal?: AbortSignal,
): Promise<T> {
  // Lists are sent as comma-separated strings.
  const texts = Object.entries(params).map(([name, value]) => [name, value?.toString()] as const);
  return (await client.get<T>(path, { params: Object.fromEntries(texts), signal })).data;
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
  const { data, headers } = await client.get<T[]>(path, { params, signal });
  const next = /<([^>]*)>; rel="next"/.exec(String(headers.link ?? ''))?.[1];
  return { data, next: next && (new URL(next).searchParams.get('cursor') ?? undefined) };
}

export async function post<T>(path: string, body: object = {}, signal?: AbortSignal): Promise<T> {
  return (await client.post<T>(path, body, { signal })).data;
}

/** Returns `/dashboards/{id}/…` with each part URL-encoded. */
export const dashboardPath = (id: string, ...rest: string[]): string =>
  ['/dashboards', ...[id, ...rest].map(encodeURIComponent)].join('/');
