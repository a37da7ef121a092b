import { isAxiosError, isCancel } from 'axios';

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

const NO_RESPONSE = 'PyDash is not responding. Check your connection, then try again.';
const UNKNOWN_ERROR = 'PyDash could not process this request. Try again in a moment.';

/** Converts the error of a request to an ApiError; a cancellation is returned unchanged. */
export function toApiError(error: unknown): unknown {
  if (isCancel(error) || !isAxiosError<ErrorBody>(error)) return error;
  if (!error.response) return new ApiError(NO_RESPONSE, null);
  const { status, data, headers } = error.response;
  const retryAfter = Number(headers['retry-after']) || null;
  return new ApiError(data.message ?? UNKNOWN_ERROR, status, data.errors, retryAfter);
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : UNKNOWN_ERROR;

export const hasStatus = (error: unknown, status: number | null): boolean =>
  error instanceof ApiError && error.status === status;
