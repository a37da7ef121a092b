import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import { useController, type FieldValues, type Path, type UseFormReturn } from 'react-hook-form';

interface SwitchFieldProps<T extends FieldValues> {
  form: UseFormReturn<T>;
  name: Path<T>;
  label: string;
}

/** A choice of a form between yes and no. */
export function SwitchField<T extends FieldValues>({ form, name, label }: SwitchFieldProps<T>) {
  const { field } = useController({ control: form.control, name });
  return (
    <FormControlLabel
      label={label}
      control={
        <Switch
          size="small"
          checked={Boolean(field.value)}
          onChange={(_, checked) => field.onChange(checked)}
        />
      }
    />
  );
}
