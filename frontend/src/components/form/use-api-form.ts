import { get, useForm, type DefaultValues, type FieldValues, type Path } from 'react-hook-form';

import { ApiError, messageOf } from '@/api/core/errors';

interface ApiForm<T extends FieldValues, R> {
  defaultValues: DefaultValues<T>;
  send: (values: T) => Promise<R>;
  /** Called with the response. */
  onDone: (response: R, values: T) => void;
  /** The field that must be unique; a 409 error is shown there. */
  uniqueField?: Path<T>;
  /** The password field; a 401 error is shown there. */
  passwordField?: Path<T>;
  /** Returns the field at which an error of the API is shown, if its name is another. */
  fieldOf?: (name: string, message: string) => string;
}

/**
 * A form that is submitted to the API.
 *
 * Errors of a field are shown at that field, all others above the button. Success is reported only
 * after the response.
 */
export function useApiForm<T extends FieldValues, R>({
  defaultValues,
  send,
  onDone,
  uniqueField,
  passwordField,
  fieldOf = (name) => name,
}: ApiForm<T, R>) {
  const form = useForm<T>({ defaultValues, mode: 'onTouched' });

  const showError = (error: unknown) => {
    const fields = { 409: uniqueField, 401: passwordField };
    const all = fieldErrors(error, fields).map(
      ([name, message]) => [fieldOf(name, message), message] as const,
    );
    const known = all.filter(([name]) => get(form.getValues(), name) !== undefined);
    for (const [name, message] of known) {
      form.setError(name as Path<T>, { message }, { shouldFocus: true });
    }
    // Its message names the fields that the form does not have.
    if (known.length === 0 || known.length < all.length)
      form.setError('root', { message: messageOf(error) });
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

/** Returns error messages by field: that of the status, or those in the response. */
function fieldErrors(
  error: unknown,
  byStatus: Readonly<Record<number, string | undefined>>,
): [field: string, message: string][] {
  if (!(error instanceof ApiError)) return [];
  const field = error.status === null ? undefined : byStatus[error.status];
  if (field !== undefined) return [[field, error.message]];
  return Object.entries(error.fields).map(([name, messages]) => [name, messages.join(' ')]);
}
