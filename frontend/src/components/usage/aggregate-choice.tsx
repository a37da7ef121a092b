import { isAggregate, LENGTHS } from '@/api/usage/periods';
import type { Aggregate } from '@/api/types';
import { Segments } from '@/components/segments';
import { useUrlText } from '@/hooks/use-url-text';

const OPTIONS = Object.entries(LENGTHS).map(([value, { name }]) => ({
  value: value as Aggregate,
  name,
}));

/** The length of the periods of a report, kept in the URL. */
export function useAggregate(): readonly [Aggregate, (aggregate: Aggregate) => void] {
  const [text, choose] = useUrlText('per', 'week');
  return [isAggregate(text) ? text : 'week', choose];
}

/** The choice of the length of the periods. */
export function AggregateChoice() {
  const [aggregate, choose] = useAggregate();
  return (
    <Segments label="Length of periods" value={aggregate} options={OPTIONS} onChange={choose} />
  );
}
