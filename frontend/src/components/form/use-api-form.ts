import { useForm, type DefaultValues, type FieldValues, type Path } from 'react-hook-form';

import { ApiError, messageOf } from '@/api/errors';

interface ApiForm<T extends FieldValues, R> {
  defaultValues: DefaultValues<T>;
  send: (values: T) => Promise<R>;
  /** Called with the answer, once there is one. */
  onDone: (answer: R, values: T) => void;
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
}: ApiForm<T, R>) {
  const form = useForm<T>({ defaultValues, mode: 'onTouched' });

  const showError = (error: unknown) => {
    const fields = error instanceof ApiError ? error.fields : {};
    const known = Object.entries(fields).filter(([name]) => name in form.getValues());
    for (const [name, messages] of known) {
      form.setError(name as Path<T>, { message: messages.join(' ') }, { shouldFocus: true });
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
