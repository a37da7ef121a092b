import { useId, useState, type SyntheticEvent } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';

import {
  useEvents,
  useTraits,
  useTraitValues,
  type Condition,
  type EventFilter,
} from '@/api/events/events';
import { operatorName, operatorsFor } from '@/components/activity/conditions';
import { LabelledInput } from '@/components/form/labelled-input';
import { Icon } from '@/components/icon';
import { Popup } from '@/components/popup';
import { Select } from '@/components/select';
import { useZone } from '@/hooks/use-zone';
import { momentOf } from '@/lib/time-zone';

const INPUT_TYPES: Readonly<Record<string, string>> = {
  integer: 'number',
  float: 'number',
  datetime: 'datetime-local',
};

/** The type of each trait: of the chosen type of events, or of the events that are shown. */
function useTraitTypes(filter: EventFilter): ReadonlyMap<string, string> {
  const ofType = useTraits(filter.type, filter.dashboardId).data;
  const shown = useEvents(filter).data?.flatMap(({ traits }) => traits);
  return new Map((ofType ?? shown ?? []).map(({ name, type }) => [name, type]));
}

interface FormProps {
  filter: EventFilter;
  onAdd: (condition: Condition) => void;
}

function ConditionForm({ filter, onAdd }: FormProps) {
  const id = useId();
  const zone = useZone();
  const types = useTraitTypes(filter);
  const [field, setField] = useState('');
  const [chosen, setOperator] = useState('eq');
  const [value, setValue] = useState('');
  const type = types.get(field) ?? 'string';
  const operators = operatorsFor(type);
  const op = operators.includes(chosen) ? chosen : 'eq';
  const values = useTraitValues(filter.type, types.has(field) ? field : undefined, filter).data;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const isTime = type === 'datetime' && op !== 'exists';
    onAdd({ field, op, type, value: isTime ? momentOf(value, zone).toISOString() : value });
  };
  return (
    <Box
      component="form"
      aria-label="Condition"
      onSubmit={submit}
      sx={{ display: 'flex', flexDirection: 'column', gap: 1.5, p: 2, width: 288 }}
    >
      <LabelledInput
        label="Trait"
        value={field}
        onChange={({ target }) => setField(target.value)}
        required
        autoFocus
        autoComplete="off"
        inputProps={{ list: `${id}-traits`, maxLength: 255 }}
        hint="Such as version, endpoint or actor"
      />
      <datalist id={`${id}-traits`}>
        {[...types.keys()].sort().map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Select
        label="Operator"
        value={op}
        options={operators.map((each) => ({ value: each, name: operatorName(each, type) }))}
        onChange={setOperator}
      />
      {op !== 'exists' && (
        <>
          <LabelledInput
            key={type}
            label="Value"
            type={INPUT_TYPES[type] ?? 'text'}
            value={value}
            onChange={({ target }) => setValue(target.value)}
            required
            autoComplete="off"
            hint={op === 'in' ? 'Separated by commas' : undefined}
            inputProps={{ list: `${id}-values`, step: 'any' }}
          />
          <datalist id={`${id}-values`}>
            {type === 'string' &&
              values?.map(({ value: each }) => <option key={String(each)} value={String(each)} />)}
          </datalist>
        </>
      )}
      <Button type="submit" variant="contained">
        Add condition
      </Button>
    </Box>
  );
}

/** A button that opens a form for a condition on a trait. */
export function TraitFilter({ filter, onAdd }: FormProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <Button
        variant="outlined"
        startIcon={<Icon name="filter" />}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        aria-keyshortcuts="/"
        onClick={({ currentTarget }) => setAnchor(currentTarget)}
      >
        Filter
      </Button>
      {anchor && (
        <Popup label="Filter by trait" anchor={anchor} onClose={() => setAnchor(null)}>
          <ConditionForm
            filter={filter}
            onAdd={(condition) => {
              setAnchor(null);
              onAdd(condition);
            }}
          />
        </Popup>
      )}
    </>
  );
}
