import { useId, useState, type ReactNode } from 'react';

import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';

import { DataTable, type TableData } from '@/components/data-table';
import { Faces, type FacesProps } from '@/components/faces';
import { Icon } from '@/components/icon';

interface FrameProps {
  title: string;
  /** What the numbers are, with their unit. */
  subtitle?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of a panel: a titled region with a line around it. */
export function Frame({ title, subtitle, actions, children }: FrameProps) {
  const titleId = useId();
  return (
    <Paper
      component="section"
      aria-labelledby={titleId}
      variant="outlined"
      sx={{ p: 2, minWidth: 0, display: 'flex', flexDirection: 'column', gap: 1.5 }}
    >
      <Box
        sx={{
          display: 'flex',
          alignItems: subtitle ? 'flex-start' : 'center',
          gap: 1,
          minHeight: 32,
        }}
      >
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography id={titleId} variant="h2">
            {title}
          </Typography>
          {subtitle && (
            <Typography variant="caption" color="textSecondary" component="p">
              {subtitle}
            </Typography>
          )}
        </Box>
        {actions}
      </Box>
      <Box sx={{ flex: 1, minWidth: 0 }}>{children}</Box>
    </Paper>
  );
}

interface PanelProps<T> extends Omit<FrameProps, 'children'>, FacesProps<T> {
  /** The same data as rows and columns; with it the panel offers to show a table. */
  table?: (data: T) => TableData;
  /** One sentence that says what the chart shows, for those who do not see it. */
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

/** A chart or a list of figures in its frame, with the four faces and a table beside the chart. */
export function Panel<T>(props: PanelProps<T>) {
  const { title, subtitle, actions, table, summary, children, ...faces } = props;
  const [asTable, setAsTable] = useState(false);
  const toggle = table && faces.query.data !== undefined && (
    <TableToggle title={title} shown={asTable} onToggle={() => setAsTable(!asTable)} />
  );
  return (
    <Frame
      title={title}
      subtitle={subtitle}
      actions={
        <>
          {actions}
          {toggle}
        </>
      }
    >
      <Faces {...faces}>
        {(data) =>
          asTable && table ? (
            <DataTable caption={title} {...table(data)} maxHeight={faces.minHeight} />
          ) : (
            <>
              {summary && <Box sx={visuallyHidden}>{summary(data)}</Box>}
              {children(data)}
            </>
          )
        }
      </Faces>
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
