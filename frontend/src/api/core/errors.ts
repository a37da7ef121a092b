/** A failed request, with a message for the user. */
export class ApiError extends Error {
  /** HTTP status; null without a response. */
  readonly status: number | null;
  /** Messages by field name. */
  readonly fields: Readonly<Record<string, string[]>>;
  /** When to try again, in seconds; null unless the server says so. */
  readonly retryAfter: number | null;

  constructor(
    message: string,
    status: number | null,
    fields: Record<string, string[]> = {},
    retryAfter: number | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.fields = fields;
    this.retryAfter = retryAfter;
  }
}

interface ErrorBody {
  message?: string;
  errors?: Record<string, string[]>;
}

export const NO_RESPONSE = 'PyDash is not responding. Check your connection, then try again.';
const UNKNOWN_ERROR = 'PyDash could not process this request. Try again in a moment.';

/** Returns what a response contains; throws an ApiError if it reports one, or is not the API's. */
export function dataOf(response: Response, text: string): unknown {
  const retryAfter = Number(response.headers.get('retry-after')) || null;
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    // A proxy may send a page of its own.
    throw new ApiError(UNKNOWN_ERROR, response.status, {}, retryAfter);
  }
  if (response.ok) return data;
  const { message, errors } = data as ErrorBody;
  throw new ApiError(message ?? UNKNOWN_ERROR, response.status, errors, retryAfter);
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : UNKNOWN_ERROR;

export const hasStatus = (error: unknown, status: number | null): boolean =>
  error instanceof ApiError && error.status === status;
