import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { UseQueryResult } from '@tanstack/react-query';

import { useDeleteTimeSlice, useSaveTimeSlice } from '@/api/dashboards/time-slices';
import { messageOf } from '@/api/core/errors';
import { resolveRange } from '@/api/statistics/view';
import type { NewTimeSlice, TimeSlice, TimeSliceMessage } from '@/api/types';
import { ConfirmButton } from '@/components/confirm-button';
import { FocusFallback } from '@/components/focus-fallback';
import { Field, Form } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { List, ListRow } from '@/components/list';
import { Frame } from '@/components/panel';
import { QueryBoundary } from '@/components/query-boundary';
import { useNotify } from '@/components/snackbar';
import { sliceContent, sliceName } from '@/features/dashboard/slice-name';
import { useView } from '@/hooks/use-view';
import { useZone } from '@/hooks/use-zone';

interface RowProps {
  dashboardId: string;
  slice: TimeSlice;
}

function SliceRow({ dashboardId, slice }: RowProps) {
  const remove = useDeleteTimeSlice(dashboardId, slice.timeSliceKey);
  const notify = useNotify();
  const zone = useZone();
  const name = sliceName(slice, zone);
  return (
    <ListRow
      action={
        <ConfirmButton
          label="Delete"
          confirmLabel="Delete permanently"
          of={name}
          busy={remove.isPending}
          onConfirm={() =>
            remove.mutate(undefined, {
              onSuccess: ({ message }) => notify(message),
              onError: (error) => notify(messageOf(error), 'error'),
            })
          }
        />
      }
    >
      <span>{name}</span>
      {slice.name !== null && (
        <Typography variant="caption" color="textSecondary" component="div">
          {sliceContent(slice, zone)}
        </Typography>
      )}
    </ListRow>
  );
}

interface TimeSlicesSectionProps {
  dashboardId: string;
  query: UseQueryResult<TimeSlice[]>;
  /** Called with the key of what was saved. */
  onSaved: (key: string) => void;
}

/** Saves the range and the filters of the page, and lists what was saved. */
export function TimeSlicesSection({ dashboardId, query, onSaved }: TimeSlicesSectionProps) {
  const { view } = useView();
  const save = useSaveTimeSlice(dashboardId);
  const notify = useNotify();
  const { form, submit } = useApiForm<{ name: string }, TimeSliceMessage>({
    defaultValues: { name: '' },
    send: ({ name }) => {
      const { start, end } = resolveRange(view, new Date());
      const { status_class: status, ...filters } = view.filters;
      return save.mutateAsync({
        ...filters,
        // The API says which ones there are.
        status_class: status as NewTimeSlice['status_class'],
        name: name || null,
        // All time stays open.
        minTime: start?.toISOString() ?? null,
        maxTime: start ? end.toISOString() : null,
      });
    },
    onDone: ({ message, slice }) => {
      notify(message);
      form.reset();
      onSaved(slice.timeSliceKey);
    },
  });
  return (
    <Frame
      title="Time slices"
      subtitle="Save the range and the filters above, to compare them with others."
    >
      <Box sx={{ maxWidth: 480 }}>
        <Form form={form} submit={submit} submitLabel="Save time slice">
          <Field form={form} name="name" label="Name (optional)" autoComplete="off" />
        </Form>
      </Box>
      <FocusFallback label="Time slices">
        <QueryBoundary
          query={query}
          minHeight={0}
          isEmpty={(all) => all.length === 0}
          empty={<span />}
        >
          {(all) => (
            <List label="Time slices">
              {all.map((slice) => (
                <SliceRow key={slice.timeSliceKey} {...{ dashboardId, slice }} />
              ))}
            </List>
          )}
        </QueryBoundary>
      </FocusFallback>
    </Frame>
  );
}
