import { lazy, Suspense, useState } from 'react';

import Button from '@mui/material/Button';

import { sharedDashboard } from '@/api/core/link';
import { Icon } from '@/components/icon';
import { rangeName, type Range } from '@/api/statistics/view';

const RangePopover = lazy(async () => ({
  default: (await import('@/components/range-popover')).RangePopover,
}));

interface RangePickerProps {
  range: Range;
  onChange: (range: Range) => void;
}

/** Selects the time range of all panels: a preset or two dates. */
export function RangePicker({ range, onChange }: RangePickerProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const choose = (chosen: Range) => {
    setAnchor(null);
    onChange(chosen);
  };
  return (
    <>
      <Button
        variant="outlined"
        startIcon={<Icon name="calendar" />}
        endIcon={<Icon name="expand" />}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        aria-keyshortcuts={sharedDashboard() ? undefined : 't'}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        {rangeName(range)}
      </Button>
      {anchor && (
        <Suspense>
          <RangePopover
            anchor={anchor}
            range={range}
            onChange={choose}
            onClose={() => setAnchor(null)}
          />
        </Suspense>
      )}
    </>
  );
}
