import { useChangeDashboardSettings } from '@/api/dashboards/settings';
import type { Dashboard } from '@/api/types';
import { Field, Form } from '@/components/form/fields';
import { useApiForm } from '@/components/form/use-api-form';
import { Frame } from '@/components/panel';
import { useNotify } from '@/components/snackbar';

const valuesOf = ({ tags }: Dashboard) => ({ tags: tags.join(', ') });

const parseTags = (text: string) =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

/** The tags of a dashboard, by which the overview can be filtered. */
export function TagsSection({ dashboard }: { dashboard: Dashboard }) {
  const change = useChangeDashboardSettings(dashboard.id);
  const notify = useNotify();
  const { form, submit } = useApiForm({
    defaultValues: valuesOf(dashboard),
    send: ({ tags }: { tags: string }) => change.mutateAsync({ tags: parseTags(tags) }),
    // The API names the tag, as in `tags.1`.
    fieldOf: (name) => (name.startsWith('tags') ? 'tags' : name),
    onDone: ({ message, dashboard: saved }) => {
      notify(message);
      form.reset(valuesOf(saved));
    },
  });
  return (
    <Frame title="Tags" subtitle="The overview can be filtered by them.">
      <Form form={form} submit={submit} submitLabel="Save tags" idle={!form.formState.isDirty}>
        <Field
          form={form}
          name="tags"
          label="Tags"
          autoComplete="off"
          placeholder="production, team a"
          hint="Up to 10, separated by commas."
        />
      </Form>
    </Frame>
  );
}
