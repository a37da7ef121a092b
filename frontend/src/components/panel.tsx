import { useId, useRef, type ReactNode, type Ref } from 'react';

import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';

import { ChosenChartsContext } from '@/components/charts/use-chart-choices';
import { DataTable, type TableData } from '@/components/data-table';
import { QueryBoundary, type QueryBoundaryProps } from '@/components/query-boundary';
import { Icon } from '@/components/icon';
import { SaveMenu } from '@/components/save-menu';
import { usePanelChoices } from '@/hooks/use-panel-choices';

interface FrameProps {
  title: string;
  /** What the figures are, with their unit. */
  subtitle?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  ref?: Ref<HTMLElement>;
}

/** The frame of a panel: an outlined region with a title. */
export function Frame({ title, subtitle, actions, children, ref }: FrameProps) {
  const titleId = useId();
  return (
    <Paper
      component="section"
      ref={ref}
      aria-labelledby={titleId}
      variant="outlined"
      sx={{ p: 2, minWidth: 0, display: 'flex', flexDirection: 'column', gap: 1.5 }}
    >
      <Box
        sx={{
          display: 'flex',
          // A title is never cut: on a narrow screen, the actions move below it.
          flexWrap: subtitle ? 'nowrap' : 'wrap',
          alignItems: subtitle ? 'flex-start' : 'center',
          gap: 1,
          minHeight: 32,
        }}
      >
        <Box sx={{ flex: subtitle ? 1 : '1 0 auto', minWidth: 0 }}>
          <Typography id={titleId} variant="h2">
            {title}
          </Typography>
          {subtitle && (
            <Typography variant="caption" color="textSecondary" component="p">
              {subtitle}
            </Typography>
          )}
        </Box>
        <Box
          data-not-pictured
          sx={{
            display: 'flex',
            flexWrap: 'wrap',
            alignItems: 'center',
            gap: 1,
            maxWidth: '100%',
          }}
        >
          {actions}
        </Box>
      </Box>
      <Box sx={{ flex: 1, minWidth: 0 }}>{children}</Box>
    </Paper>
  );
}

interface PanelProps<T> extends Omit<FrameProps, 'children'>, QueryBoundaryProps<T> {
  /** The data as a table; if given, the panel has buttons to show and to save it. */
  table?: (data: T) => TableData;
  /** What to know about the data, below it. */
  note?: (data: T) => string | undefined;
  /** A sentence that describes the chart for screen readers. */
  summary?: (data: T) => string;
}

interface ToggleProps {
  title: string;
  shown: boolean;
  onToggle: () => void;
}

const TableToggle = ({ title, shown, onToggle }: ToggleProps) => (
  <IconButton
    size="small"
    title={shown ? 'Show as chart' : 'Show as table'}
    aria-label={`${title}: show as table`}
    aria-pressed={shown}
    onClick={onToggle}
  >
    <Icon name={shown ? 'chart' : 'table'} />
  </IconButton>
);

/** A framed chart or list of figures with the four query states and a table view. */
export function Panel<T>(props: PanelProps<T>) {
  const { title, subtitle, actions, table, note, summary, children, ...boundary } = props;
  const chosen = usePanelChoices(title);
  const asTable = chosen.choices.isTable;
  const frame = useRef<HTMLElement>(null);
  const { data } = boundary.query;
  const toggle = table && data !== undefined && (
    <Box sx={{ display: 'flex' }}>
      <TableToggle
        title={title}
        shown={asTable}
        onToggle={() => chosen.choose(({ isTable }) => ({ isTable: !isTable }))}
      />
      <SaveMenu title={title} table={() => table(data)} panel={frame} />
    </Box>
  );
  return (
    <Frame
      ref={frame}
      title={title}
      subtitle={subtitle}
      actions={
        <>
          {actions}
          {toggle}
        </>
      }
    >
      <QueryBoundary {...boundary}>
        {(data) => (
          <>
            {asTable && table ? (
              <DataTable caption={title} {...table(data)} maxHeight={boundary.minHeight} />
            ) : (
              <>
                {summary && <Box sx={visuallyHidden}>{summary(data)}</Box>}
                <ChosenChartsContext value={chosen}>{children(data)}</ChosenChartsContext>
              </>
            )}
            {note?.(data) && (
              <Typography variant="caption" color="textSecondary" component="p" sx={{ mt: 1 }}>
                {note(data)}
              </Typography>
            )}
          </>
        )}
      </QueryBoundary>
    </Frame>
  );
}

const visuallyHidden = {
  position: 'absolute',
  width: '1px',
  height: '1px',
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
} as const;
