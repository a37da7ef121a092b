import { useTheme } from '@mui/material/styles';
import { Calendar } from '@nivo/calendar';

import { ChartFrame } from '@/components/charts/chart-frame';
import { ScaleLegend } from '@/components/charts/heatmap';
import { robustMaximum } from '@/components/charts/scale';
import { TooltipCard } from '@/components/charts/tooltip';
import { useChartTheme } from '@/components/charts/use-chart-theme';

interface YearCalendarProps {
  year: number;
  /** Values by date ("2026-01-31"). */
  values: Readonly<Record<string, number>>;
  /** Formats a value with its unit. */
  format: (value: number) => string;
}

/** Below this width, the weeks run downwards. */
const NARROW = 560;

const MONTHS_ROOM = 20;
const TALL_HEIGHT = 760;

/** The height of seven days when the weeks fill the width. */
const wideHeight = (width: number) => Math.round((width / 53.5) * 7) + MONTHS_ROOM;
const isNarrow = (width: number) => width < NARROW;
const heightOf = (width: number) => (isNarrow(width) ? TALL_HEIGHT : wideHeight(width));

const month = new Intl.DateTimeFormat(undefined, { month: 'short' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeZone: 'UTC' });

/** Excludes days without requests, which would dominate the colour scale. */
const visited = (values: YearCalendarProps['values']) =>
  Object.values(values).filter((value) => value > 0);

function Drawing({ year, values, format, width }: YearCalendarProps & { width: number }) {
  const { scheme } = useTheme().palette;
  const theme = useChartTheme();
  return (
    <Calendar
      width={width}
      height={heightOf(width)}
      margin={isNarrow(width) ? { left: 32 } : { top: MONTHS_ROOM }}
      direction={isNarrow(width) ? 'vertical' : 'horizontal'}
      align="top-left"
      theme={theme}
      // Noon, so that the date is the same in every time zone.
      from={`${year}-01-01T12:00:00`}
      to={`${year}-12-31T12:00:00`}
      data={Object.entries(values)
        .filter(([, value]) => value > 0)
        .map(([date, value]) => ({ day: date, value }))}
      minValue={0}
      maxValue={robustMaximum(visited(values))}
      colors={scheme.ramp.slice(1)}
      emptyColor={scheme.ramp[0]}
      yearLegend={() => ''}
      monthLegend={(_, __, date) => month.format(date)}
      monthLegendOffset={8}
      monthBorderWidth={0}
      dayBorderWidth={2}
      dayBorderColor={scheme.surface}
      tooltip={({ day: date, value }) => (
        <TooltipCard title={day.format(new Date(date))}>{format(Number(value))}</TooltipCard>
      )}
    />
  );
}

/** A heat map of the days of a calendar year. */
export function YearCalendar(props: YearCalendarProps) {
  return (
    <>
      <ChartFrame height={heightOf}>{(width) => <Drawing {...props} width={width} />}</ChartFrame>
      <ScaleLegend values={visited(props.values)} format={props.format} />
    </>
  );
}
