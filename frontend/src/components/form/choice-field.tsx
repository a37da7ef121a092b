import { useId, useState, type ReactNode } from 'react';

import Box from '@mui/material/Box';
import FormHelperText from '@mui/material/FormHelperText';
import OutlinedInput from '@mui/material/OutlinedInput';
import Typography from '@mui/material/Typography';
import { useController, type FieldValues, type Path, type UseFormReturn } from 'react-hook-form';

import { Select } from '@/components/select';
import { DURATION_UNITS, unitOf } from '@/lib/durations';

interface ChoiceProps<T extends FieldValues> {
  form: UseFormReturn<T>;
  name: Path<T>;
  label: string;
  hint?: ReactNode;
}

interface LabelledProps {
  id: string;
  label: string;
  hint: ReactNode;
  error: string | undefined;
  children: ReactNode;
}

const Labelled = ({ id, label, hint, error, children }: LabelledProps) => (
  <Box>
    <Typography
      component="label"
      htmlFor={id}
      variant="body2"
      sx={{ display: 'block', mb: 0.5, fontWeight: 500 }}
    >
      {label}
    </Typography>
    {children}
    {(error ?? hint) && (
      <FormHelperText id={`${id}-text`} error={error !== undefined}>
        {error ?? hint}
      </FormHelperText>
    )}
  </Box>
);

interface ChoiceFieldProps<T extends FieldValues> extends ChoiceProps<T> {
  options: readonly { value: string; name: string }[];
  /** Called with a choice, before the form has it. */
  onChange?: (value: string) => void;
}

/** A choice of a form. */
export function ChoiceField<T extends FieldValues>(props: ChoiceFieldProps<T>) {
  const { form, name, label, hint, options } = props;
  const { field, fieldState } = useController({ control: form.control, name });
  const id = useId();
  const error = fieldState.error?.message;
  return (
    <Labelled id={id} label={label} hint={hint} error={error}>
      <Select
        id={id}
        label={label}
        describedBy={(error ?? hint) ? `${id}-text` : undefined}
        value={String(field.value)}
        options={options}
        onChange={(value) => {
          props.onChange?.(value);
          field.onChange(value);
        }}
      />
    </Labelled>
  );
}

/** A duration of a form: a number and its unit; its value is in seconds, or null if it is empty. */
export function DurationField<T extends FieldValues>(
  props: ChoiceProps<T> & { optional?: boolean },
) {
  const { form, name, label, hint, optional = false } = props;
  const { field, fieldState } = useController({
    control: form.control,
    name,
    rules: {
      validate: (seconds: number | null) =>
        (seconds === null ? optional : seconds >= 0 && Number.isInteger(seconds)) ||
        'Enter a number; 0 for none.',
    },
  });
  const id = useId();
  const seconds = field.value as number | null;
  const [unit, setUnit] = useState(() => unitOf(seconds ?? 0));
  const error = fieldState.error?.message;
  return (
    <Labelled id={id} label={label} hint={hint} error={error}>
      <Box sx={{ display: 'flex', gap: 1 }}>
        <OutlinedInput
          id={id}
          inputRef={field.ref}
          size="small"
          type="number"
          error={error !== undefined}
          aria-describedby={(error ?? hint) ? `${id}-text` : undefined}
          value={seconds === null ? '' : seconds / unit}
          onBlur={field.onBlur}
          onChange={({ target }) =>
            field.onChange(target.value === '' ? null : Number(target.value) * unit)
          }
          inputProps={{ min: 0, step: 'any' }}
          sx={{ width: 112 }}
        />
        <Select
          label={`${label}: unit`}
          value={String(unit)}
          options={DURATION_UNITS.map(({ seconds: length, name: text }) => ({
            value: String(length),
            name: text,
          }))}
          onChange={(chosen) => {
            if (seconds !== null) field.onChange((seconds / unit) * Number(chosen));
            setUnit(Number(chosen));
          }}
        />
      </Box>
    </Labelled>
  );
}
