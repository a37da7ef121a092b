import { useForm, type DefaultValues, type FieldValues, type Path } from 'react-hook-form';

import { ApiError, messageOf } from '@/api/core/errors';

interface ApiForm<T extends FieldValues, R> {
  defaultValues: DefaultValues<T>;
  send: (values: T) => Promise<R>;
  /** Called with the answer, once there is one. */
  onDone: (answer: R, values: T) => void;
  /** The field that must be unique: an answer that something is taken (409) belongs there. */
  uniqueField?: Path<T>;
  /** The field that proves who it is: an answer that it does not (401) belongs there. */
  passwordField?: Path<T>;
}

/**
 * A form that sends itself to the API.
 *
 * What the API says of a field is shown at that field, anything else above the button. Nothing
 * counts as done before the answer is there.
 */
export function useApiForm<T extends FieldValues, R>({
  defaultValues,
  send,
  onDone,
  uniqueField,
  passwordField,
}: ApiForm<T, R>) {
  const form = useForm<T>({ defaultValues, mode: 'onTouched' });

  const showError = (error: unknown) => {
    const fields = { 409: uniqueField, 401: passwordField };
    const known = fieldErrors(error, fields).filter(([name]) => name in form.getValues());
    for (const [name, message] of known) {
      form.setError(name as Path<T>, { message }, { shouldFocus: true });
    }
    if (known.length === 0) form.setError('root', { message: messageOf(error) });
  };

  const submit = form.handleSubmit(async (values) => {
    try {
      onDone(await send(values), values);
    } catch (error) {
      showError(error);
    }
  });
  return { form, submit };
}

/** The messages by field: those that name one, or else the field that the status is about. */
function fieldErrors(
  error: unknown,
  byStatus: Readonly<Record<number, string | undefined>>,
): [field: string, message: string][] {
  if (!(error instanceof ApiError)) return [];
  const field = error.status === null ? undefined : byStatus[error.status];
  if (field !== undefined) return [[field, error.message]];
  return Object.entries(error.fields).map(([name, messages]) => [name, messages.join(' ')]);
}
