import { useForm, type DefaultValues, type FieldValues, type Path } from 'react-hook-form';

import { ApiError, hasStatus, messageOf } from '@/api/errors';

interface ApiForm<T extends FieldValues, R> {
  defaultValues: DefaultValues<T>;
  send: (values: T) => Promise<R>;
  /** Called with the answer, once there is one. */
  onDone: (answer: R, values: T) => void;
  /** The field that must be unique: an answer that something is taken (409) belongs there. */
  uniqueField?: Path<T>;
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
}: ApiForm<T, R>) {
  const form = useForm<T>({ defaultValues, mode: 'onTouched' });

  const showError = (error: unknown) => {
    const known = fieldErrors(error, uniqueField).filter(([name]) => name in form.getValues());
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

function fieldErrors(error: unknown, uniqueField?: string): [field: string, message: string][] {
  if (uniqueField && hasStatus(error, 409)) return [[uniqueField, messageOf(error)]];
  if (!(error instanceof ApiError)) return [];
  return Object.entries(error.fields).map(([name, messages]) => [name, messages.join(' ')]);
}
