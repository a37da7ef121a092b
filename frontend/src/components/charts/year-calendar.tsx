import { useTheme } from '@mui/material/styles';

import { ChartFrame } from '@/components/charts/chart-frame';
import { ChartSvg } from '@/components/charts/chart-svg';
import { ScaleLegend } from '@/components/charts/heatmap';
import { HoverArea, type Hit } from '@/components/charts/hover-area';
import { robustMaximum } from '@/components/charts/scale';
import { TooltipCard } from '@/components/charts/tooltip';
import { mondayOf, plusDays } from '@/lib/time-zone';
import { rampColor } from '@/theme/colors';

interface YearCalendarProps {
  year: number;
  /** Values by date ("2026-01-31"). */
  values: Readonly<Record<string, number>>;
  /** Formats a value with its unit. */
  format: (value: number) => string;
}

/** Below this width, the weeks run downwards. */
const NARROW = 560;
/** A year of weeks that begin on Monday, the first and the last in part. */
const WEEKS = 54;
const GAP = 2;
const TOP = 20;
const LEFT = 32;
const TALL_HEIGHT = 760;

const isNarrow = (width: number) => width < NARROW;
const sizeOf = (width: number) => (isNarrow(width) ? TALL_HEIGHT / WEEKS : width / WEEKS);
const heightOf = (width: number) =>
  isNarrow(width) ? TALL_HEIGHT : Math.round(sizeOf(width) * 7) + TOP;

const monthName = new Intl.DateTimeFormat(undefined, { month: 'short', timeZone: 'UTC' });
const dayName = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeZone: 'UTC' });

export interface CalendarDay {
  date: string;
  /** From 0: the week of the year's first day, which begins on Monday. */
  week: number;
  /** From 0: Monday. */
  weekday: number;
}

/** Returns the days of a year by ISO weeks. */
export function daysOfYear(year: number): CalendarDay[] {
  const days: CalendarDay[] = [];
  const monday = mondayOf(`${year}-01-01`);
  for (let at = 0, date = monday; date <= `${year}-12-31`; at += 1, date = plusDays(monday, at)) {
    if (date.startsWith(String(year)))
      days.push({ date, week: Math.floor(at / 7), weekday: at % 7 });
  }
  return days;
}

/** Excludes days without requests, which would dominate the colour scale. */
const visited = (values: YearCalendarProps['values']) =>
  Object.values(values).filter((value) => value > 0);

interface DrawingProps extends Pick<YearCalendarProps, 'values'> {
  days: readonly CalendarDay[];
  width: number;
}

function Drawing({ days, values, width }: DrawingProps) {
  const { scheme } = useTheme().palette;
  const max = robustMaximum(visited(values));
  const size = sizeOf(width);
  const isTall = isNarrow(width);
  const place = ({ week, weekday }: CalendarDay) =>
    isTall ? [LEFT + weekday * size, week * size] : [week * size, TOP + weekday * size];
  const cell = size - GAP;
  const paths = new Map<string, string[]>();
  for (const day of days) {
    const value = values[day.date] ?? 0;
    const color = rampColor(scheme, value > 0 ? value / max : 0);
    const [x = 0, y = 0] = place(day);
    paths.set(color, [...(paths.get(color) ?? []), `M${x} ${y}h${cell}v${cell}h${-cell}Z`]);
  }
  return (
    <ChartSvg width={width} height={heightOf(width)}>
      {[...paths].map(([fill, cells]) => (
        <path key={fill} fill={fill} d={cells.join('')} />
      ))}
      <g fill={scheme.textSoft} dominantBaseline="hanging">
        {days
          .filter(({ date }) => date.endsWith('-01'))
          .map(({ date, week }) => (
            <text key={date} x={isTall ? 0 : week * size} y={isTall ? week * size : 2}>
              {monthName.format(new Date(date))}
            </text>
          ))}
      </g>
    </ChartSvg>
  );
}

/** A heat map of the days of a calendar year, a column (or, on phones, a row) for each ISO week. */
export function YearCalendar({ year, values, format }: YearCalendarProps) {
  const days = daysOfYear(year);
  const locate =
    (width: number) =>
    (x: number, y: number): Hit | undefined => {
      const [along, across] = isNarrow(width) ? [y, x] : [x, y];
      const [week, weekday] = [along, across].map((at) => Math.floor(at / sizeOf(width)));
      const day = days.find((each) => each.week === week && each.weekday === weekday);
      const value = day && values[day.date];
      if (day === undefined || value === undefined) return undefined;
      const title = dayName.format(new Date(day.date));
      return { x, y: y - 56, content: <TooltipCard title={title}>{format(value)}</TooltipCard> };
    };
  return (
    <>
      <ChartFrame height={heightOf}>
        {(width) => {
          const isTall = isNarrow(width);
          const area = {
            left: isTall ? LEFT : 0,
            top: isTall ? 0 : TOP,
            width: isTall ? 7 * sizeOf(width) : width,
            height: isTall ? TALL_HEIGHT : 7 * sizeOf(width),
          };
          return (
            <>
              <Drawing {...{ days, values, width }} />
              <HoverArea area={area} locate={locate(width)} />
            </>
          );
        }}
      </ChartFrame>
      <ScaleLegend values={visited(values)} format={format} />
    </>
  );
}
