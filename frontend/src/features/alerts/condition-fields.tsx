import { useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import { useFieldArray, useWatch, type Path, type UseFormReturn } from 'react-hook-form';

import { ChoiceField, DurationField } from '@/components/form/choice-field';
import { Field } from '@/components/form/fields';
import { Icon } from '@/components/icon';
import {
  CONDITION_NAMES,
  EXCEPTION_KINDS,
  FILTERS,
  newDraft,
  NUMERIC_KINDS,
  type Draft,
} from '@/features/alerts/condition-draft';
import type { RuleValues } from '@/features/alerts/rule-dialog';
import {
  STATISTIC_NAMES,
  unitOfStatistic,
  type AlertStatistic,
  type ConditionKind,
} from '@/lib/condition-text';

type RuleForm = UseFormReturn<RuleValues>;

const MAX_LEVELS = 3;
const MAX_PARTS = 5;

const asOptions = <T extends string>(names: Readonly<Record<T, string>>) =>
  (Object.entries(names) as [T, string][]).map(([value, name]) => ({
    value,
    name: name.charAt(0).toUpperCase() + name.slice(1),
  }));

const WINDOWS = [
  { value: '60', name: '1 minute' },
  { value: '300', name: '5 minutes' },
  { value: '900', name: '15 minutes' },
  { value: '3600', name: '1 hour' },
  { value: '86400', name: '1 day' },
];

const DIRECTIONS = [
  { value: 'up', name: 'Rises' },
  { value: 'down', name: 'Falls' },
  { value: 'both', name: 'Rises or falls' },
];

const REFERENCES = [
  { value: 'last_week', name: 'The same time last week' },
  { value: 'previous', name: 'The time before' },
];

const FILTER_LABELS: Readonly<Record<(typeof FILTERS)[number], string>> = {
  endpoint: 'Only endpoint',
  version: 'Only version',
  ip: 'Only address',
  group_by: 'Only user',
};

const columns = {
  display: 'grid',
  gridTemplateColumns: { xs: 'minmax(0, 1fr)', sm: 'repeat(2, minmax(0, 1fr))' },
  gap: 2,
} as const;

interface PartProps {
  form: RuleForm;
  /** The path of the condition in the form. */
  at: string;
}

const path = (at: string, name: string) => `${at}.${name}` as Path<RuleValues>;

function NumberField({ form, at, name, label }: PartProps & { name: string; label: string }) {
  return (
    <Field
      form={form}
      name={path(at, name)}
      label={label}
      autoComplete="off"
      rules={{
        required: 'Enter a number.',
        validate: (text) => !Number.isNaN(Number(text)) || 'Enter a number.',
      }}
    />
  );
}

const withUnit = (label: string, unit: string) => (unit ? `${label} (${unit})` : label);

function Comparison({ form, at, draft }: PartProps & { draft: Draft }) {
  const unit = unitOfStatistic(draft.statistic);
  const band = (
    <>
      <NumberField form={form} at={at} name="low" label={withUnit('From', unit)} />
      <NumberField form={form} at={at} name="high" label={withUnit('To', unit)} />
    </>
  );
  const last = <NumberField form={form} at={at} name="last" label="Number of last values" />;
  switch (draft.kind) {
    case 'above':
    case 'below':
      return (
        <NumberField form={form} at={at} name="threshold" label={withUnit('Threshold', unit)} />
      );
    case 'outside':
      return band;
    case 'mean_inside':
      return (
        <>
          {band}
          {last}
        </>
      );
    case 'share_inside':
      return (
        <>
          {band}
          {last}
          <NumberField form={form} at={at} name="share" label="Inside at least (%)" />
        </>
      );
    case 'changed':
      return (
        <>
          <ChoiceField
            form={form}
            name={path(at, 'direction')}
            label="Direction"
            options={DIRECTIONS}
          />
          <ChoiceField
            form={form}
            name={path(at, 'against')}
            label="Compared with"
            options={REFERENCES}
          />
          <ChoiceField
            form={form}
            name={path(at, 'measure')}
            label="By"
            options={[
              { value: 'factor', name: 'A factor' },
              { value: 'by', name: 'An amount' },
            ]}
          />
          {draft.measure === 'by' ? (
            <NumberField form={form} at={at} name="by" label={withUnit('Amount', unit)} />
          ) : (
            <NumberField form={form} at={at} name="factor" label="Factor" />
          )}
        </>
      );
    default:
      return null;
  }
}

function Filters({ form, at, draft }: PartProps & { draft: Draft }) {
  const [open, setOpen] = useState(Object.values(draft.filters).some((text) => text !== ''));
  return (
    <>
      <Box>
        <Button aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide filters' : 'Only some requests'}
        </Button>
      </Box>
      {open && (
        <Box sx={columns}>
          {FILTERS.map((field) => (
            <Field
              key={field}
              form={form}
              name={path(at, `filters.${field}`)}
              label={FILTER_LABELS[field]}
              placeholder="Any"
              autoComplete="off"
            />
          ))}
        </Box>
      )}
    </>
  );
}

const NumericFields = ({ form, at, draft }: PartProps & { draft: Draft }) => (
  <Box sx={columns}>
    <ChoiceField
      form={form}
      name={path(at, 'statistic')}
      label="Value"
      options={asOptions<AlertStatistic>(STATISTIC_NAMES)}
    />
    <ChoiceField form={form} name={path(at, 'window')} label="Over" options={WINDOWS} />
    <Comparison form={form} at={at} draft={draft} />
  </Box>
);

function Parts({ form, at, level }: PartProps & { level: number }) {
  const name = path(at, 'conditions') as 'condition.conditions';
  const { fields, append, remove } = useFieldArray({ control: form.control, name });
  return (
    <>
      {fields.map(({ id }, index) => (
        <Box
          key={id}
          role="group"
          aria-label={`Condition ${index + 1}`}
          sx={{
            display: 'flex',
            alignItems: 'flex-start',
            gap: 1,
            pl: { xs: 1, sm: 2 },
            borderLeft: 2,
            borderColor: 'divider',
          }}
        >
          <Box sx={{ flex: 1, minWidth: 0, display: 'grid', gap: 2 }}>
            <ConditionFields form={form} at={`${name}.${index}`} level={level + 1} />
          </Box>
          {fields.length > 2 && (
            <IconButton aria-label={`Remove condition ${index + 1}`} onClick={() => remove(index)}>
              <Icon name="close" />
            </IconButton>
          )}
        </Box>
      ))}
      {fields.length < MAX_PARTS && (
        <Box>
          <Button
            variant="outlined"
            startIcon={<Icon name="add" />}
            onClick={() => append(newDraft('above'))}
          >
            Add condition
          </Button>
        </Box>
      )}
    </>
  );
}

/** The fields of a condition, and of those that it joins. */
export function ConditionFields({ form, at, level = 1 }: PartProps & { level?: number }) {
  const draft = useWatch({ control: form.control, name: at as 'condition' });
  const kinds = asOptions<ConditionKind>(CONDITION_NAMES).filter(
    ({ value }) =>
      (level < MAX_LEVELS || (value !== 'and' && value !== 'or')) &&
      // They fire for each exception by itself, so they cannot be joined.
      (level === 1 || !EXCEPTION_KINDS.has(value)),
  );
  const onKind = (kind: string) => {
    // One message for each exception is enough.
    if (EXCEPTION_KINDS.has(kind as ConditionKind)) form.setValue('repeat', 0);
    const isGroup = kind === 'and' || kind === 'or';
    if (isGroup && draft.conditions.length === 0) {
      const parts = path(at, 'conditions') as 'condition.conditions';
      form.setValue(parts, [newDraft('above'), newDraft('above')]);
    }
  };
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 2 }}>
      <ChoiceField
        form={form}
        name={path(at, 'kind')}
        label={level === 1 ? 'Alert when' : 'Condition'}
        options={kinds}
        onChange={onKind}
      />
      {draft.kind === 'no_data' && (
        <DurationField form={form} name={path(at, 'silence')} label="For at least" />
      )}
      {draft.kind === 'certificate' && (
        <NumberField form={form} at={at} name="days" label="Days before it expires" />
      )}
      {EXCEPTION_KINDS.has(draft.kind) && (
        <Field
          form={form}
          name={path(at, 'filters.endpoint')}
          label={FILTER_LABELS.endpoint}
          placeholder="Any"
          autoComplete="off"
        />
      )}
      {NUMERIC_KINDS.has(draft.kind) && (
        <>
          <NumericFields form={form} at={at} draft={draft} />
          <Filters form={form} at={at} draft={draft} />
        </>
      )}
      {(draft.kind === 'and' || draft.kind === 'or') && (
        <Parts key={draft.kind} form={form} at={at} level={level} />
      )}
    </Box>
  );
}
