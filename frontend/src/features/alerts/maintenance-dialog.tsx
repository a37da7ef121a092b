import { useState } from 'react';

import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import Typography from '@mui/material/Typography';
import { useController, useWatch, type UseFormReturn } from 'react-hook-form';

import { useChangeMaintenance, usePlanMaintenance } from '@/api/alerts/maintenance';
import { useDashboards } from '@/api/dashboards/dashboards';
import type { NewWindow, Window, WindowMessage } from '@/api/types';
import { ChoiceField, DurationField } from '@/components/form/choice-field';
import { Field } from '@/components/form/fields';
import { FormDialog } from '@/components/form/form-dialog';
import { useApiForm } from '@/components/form/use-api-form';
import { useNotify } from '@/components/snackbar';
import { WEEKDAYS, type Weekday } from '@/features/alerts/maintenance-text';
import { useZone } from '@/hooks/use-zone';
import { momentOf, wallTime } from '@/lib/time-zone';

interface Schedule {
  kind: NewWindow['schedule']['kind'];
  /** Wall times of the user's zone. */
  start: string;
  end: string;
  at: string;
  duration: number | null;
  weekdays: Weekday[];
  day: string;
}

interface Values {
  name: string;
  /** Empty for all dashboards. */
  dashboard_id: string;
  schedule: Schedule;
}

const KINDS = [
  { value: 'now', name: 'Now, until it is stopped' },
  { value: 'once', name: 'Once' },
  { value: 'weekly', name: 'Each week' },
  { value: 'monthly', name: 'Each month' },
];

const HOUR_MS = 3_600_000;

/** Returns the schedule that is sent. */
function scheduleOf(schedule: Schedule, timezone: string): NewWindow['schedule'] {
  const { kind, at, start, end, weekdays, day } = schedule;
  const duration = schedule.duration ?? 0;
  switch (kind) {
    case 'now':
      return { kind };
    case 'once':
      return {
        kind,
        start: momentOf(start, timezone).toISOString(),
        end: momentOf(end, timezone).toISOString(),
      };
    case 'weekly':
      return { kind, weekdays, at, duration, timezone };
    case 'monthly':
      return { kind, day: Number(day), at, duration, timezone };
  }
}

/** Returns the field of the form that the API means: it names the kind, and reports bounds as one. */
const fieldOf = (name: string): string =>
  name
    .replace(/^schedule\.(now|once|weekly|monthly)(?=\.|$)/, 'schedule')
    .replace(/^schedule\.weekdays\..*/, 'schedule.weekdays')
    .replace(/^schedule$/, 'schedule.end');

function WeekdayChoice({ form }: { form: UseFormReturn<Values> }) {
  const { field, fieldState } = useController({
    control: form.control,
    name: 'schedule.weekdays',
    rules: { validate: (days) => days.length > 0 || 'Choose at least one day.' },
  });
  const toggle = (day: Weekday) =>
    field.onChange(
      field.value.includes(day) ? field.value.filter((one) => one !== day) : [...field.value, day],
    );
  return (
    <Box component="fieldset" sx={{ m: 0, p: 0, border: 0 }}>
      <Typography component="legend" variant="body2" sx={{ p: 0, fontWeight: 500 }}>
        Days
      </Typography>
      {(Object.entries(WEEKDAYS) as [Weekday, string][]).map(([day, name]) => (
        <FormControlLabel
          key={day}
          label={name}
          control={
            <Checkbox
              size="small"
              checked={field.value.includes(day)}
              onChange={() => toggle(day)}
            />
          }
        />
      ))}
      {fieldState.error && (
        <Typography variant="caption" color="error">
          {fieldState.error.message}
        </Typography>
      )}
    </Box>
  );
}

const REQUIRED = { required: 'This field is required.' };

function ScheduleFields({ form }: { form: UseFormReturn<Values> }) {
  const kind = useWatch({ control: form.control, name: 'schedule.kind' });
  if (kind === 'now') return null;
  if (kind === 'once')
    return (
      <>
        <Field
          form={form}
          name="schedule.start"
          label="From"
          type="datetime-local"
          rules={REQUIRED}
        />
        <Field form={form} name="schedule.end" label="To" type="datetime-local" rules={REQUIRED} />
      </>
    );
  return (
    <>
      {kind === 'weekly' ? (
        <WeekdayChoice form={form} />
      ) : (
        <Field
          form={form}
          name="schedule.day"
          label="Day of the month"
          autoComplete="off"
          hint="The last day if a month has fewer."
          rules={{ pattern: { value: /^\d+$/, message: 'Enter a day from 1 to 31.' } }}
        />
      )}
      <Field form={form} name="schedule.at" label="Begins at" type="time" rules={REQUIRED} />
      <DurationField form={form} name="schedule.duration" label="Lasts" />
    </>
  );
}

/** Returns what the form of a schedule shows, with defaults for the other kinds. */
function valuesOf(schedule: Window['schedule'], now: Date, timezone: string): Schedule {
  const shown: Schedule = {
    kind: schedule.kind,
    start: wallTime(now, timezone),
    end: wallTime(new Date(now.getTime() + HOUR_MS), timezone),
    at: '22:00',
    duration: 3_600,
    weekdays: [],
    day: '1',
  };
  switch (schedule.kind) {
    case 'now':
      return shown;
    case 'once':
      return {
        ...shown,
        start: wallTime(new Date(schedule.start), timezone),
        end: wallTime(new Date(schedule.end), timezone),
      };
    case 'weekly':
      return {
        ...shown,
        at: schedule.at,
        duration: schedule.duration,
        weekdays: schedule.weekdays,
      };
    case 'monthly':
      return {
        ...shown,
        at: schedule.at,
        duration: schedule.duration,
        day: String(schedule.day),
      };
  }
}

interface MaintenanceDialogProps {
  /** The window to change; undefined to plan one. */
  window?: Window;
  onClose: () => void;
}

/** Plans maintenance, or changes it. */
export function MaintenanceDialog({ window, onClose }: MaintenanceDialogProps) {
  const plan = usePlanMaintenance();
  const change = useChangeMaintenance(window?.id ?? '');
  const dashboards = useDashboards().data ?? [];
  const userZone = useZone();
  // A schedule stays in the zone in which it was planned.
  const planned = window?.schedule;
  const zone = (planned && 'timezone' in planned ? planned.timezone : undefined) ?? userZone;
  const [now] = useState(() => new Date());
  const notify = useNotify();
  const shown = valuesOf(planned ?? { kind: 'now' }, now, zone);
  const { form, submit } = useApiForm<Values, WindowMessage>({
    defaultValues: {
      name: window?.name ?? '',
      dashboard_id: window?.dashboard_id ?? '',
      schedule: shown,
    },
    send: ({ name, dashboard_id: id, schedule }) => {
      const sent = scheduleOf(schedule, zone);
      if (!window) return plan.mutateAsync({ name, dashboard_id: id || null, schedule: sent });
      // The same schedule again would begin now.
      const isSame = JSON.stringify(sent) === JSON.stringify(scheduleOf(shown, zone));
      return change.mutateAsync(isSame ? { name } : { name, schedule: sent });
    },
    onDone: ({ message }) => {
      notify(message);
      onClose();
    },
    fieldOf,
  });
  return (
    <FormDialog
      title={window ? `Edit ${window.name}` : 'Plan maintenance'}
      maxWidth="xs"
      form={form}
      submit={submit}
      submitLabel={window ? 'Save' : 'Plan'}
      onClose={onClose}
    >
      <Field
        form={form}
        name="name"
        label="Name"
        autoComplete="off"
        placeholder="Database upgrade"
        rules={{ required: 'Enter a name.' }}
      />
      {!window && (
        <ChoiceField
          form={form}
          name="dashboard_id"
          label="Dashboard"
          options={[
            { value: '', name: 'All dashboards, also later ones' },
            ...dashboards.map(({ id, name }) => ({ value: id, name })),
          ]}
        />
      )}
      <ChoiceField
        form={form}
        name="schedule.kind"
        label="When"
        hint={`Times in ${zone.replaceAll('_', ' ')}.`}
        options={KINDS}
      />
      <ScheduleFields form={form} />
    </FormDialog>
  );
}
