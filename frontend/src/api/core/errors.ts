import { isAxiosError, isCancel } from 'axios';

/** What went wrong with a request, in words a user can read. */
export class ApiError extends Error {
  /** HTTP status; null when no answer came at all. */
  readonly status: number | null;
  /** Messages by the name of the field they belong to. */
  readonly fields: Readonly<Record<string, string[]>>;

  constructor(message: string, status: number | null, fields: Record<string, string[]> = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.fields = fields;
  }
}

interface ErrorBody {
  message?: string;
  errors?: Record<string, string[]>;
}

const WITHOUT_ANSWER = 'PyDash is not responding. Check your connection, then try again.';
const WITHOUT_MESSAGE = 'PyDash could not process this request. Try again in a moment.';

/** Turns whatever a request threw into an ApiError; a cancelled request stays what it is. */
export function toApiError(error: unknown): unknown {
  if (isCancel(error) || !isAxiosError<ErrorBody>(error)) return error;
  if (!error.response) return new ApiError(WITHOUT_ANSWER, null);
  const { status, data } = error.response;
  return new ApiError(data.message ?? WITHOUT_MESSAGE, status, data.errors);
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : WITHOUT_MESSAGE;

export const hasStatus = (error: unknown, status: number | null): boolean =>
  error instanceof ApiError && error.status === status;
