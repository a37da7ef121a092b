import {
  DataGrid,
  type DataGridProps,
  type GridColDef,
  type GridValidRowModel,
} from '@mui/x-data-grid';

/** A minimum width in pixels, and a proportional share of the rest. */
export const flexible = (minWidth: number) => ({ minWidth, flex: minWidth });

interface FigureColumn<Row extends GridValidRowModel> {
  field: string;
  headerName: string;
  description: string;
  /** The minimum, in pixels. */
  width: number;
  valueOf: (row: Row) => number | null;
  format: (value: number | null) => string;
}

/** A column of numbers. */
export const figureColumn = <Row extends GridValidRowModel>({
  width,
  valueOf,
  format,
  ...column
}: FigureColumn<Row>): GridColDef<Row> => ({
  ...column,
  type: 'number',
  ...flexible(width),
  valueGetter: (_, row) => valueOf(row),
  valueFormatter: format,
});

/** The menus of the grid are outside the landmarks of the page, so they are dialogs. */
const popper = {
  role: 'dialog',
  'aria-label': 'Columns and filters',
  material: {
    sx: {
      '& .MuiPaper-root': {
        border: 1,
        borderColor: 'divider',
        boxShadow: '0 8px 24px rgb(0 0 0 / 0.14)',
      },
    },
  },
};

const styles = {
  border: 0,
  fontSize: '0.8125rem',
  '& .MuiDataGrid-cell, & .MuiDataGrid-columnHeader': { px: 1 },
  // A finger does not resize columns, and their titles need the room.
  '@media (pointer: coarse)': {
    '& .MuiDataGrid-columnSeparator': { display: 'none' },
    '& .MuiDataGrid-menuIcon': { mr: -1 },
  },
  // Keep the scroll bar visible where the system hides it, since more columns follow.
  '& .MuiDataGrid-scrollbar--horizontal::-webkit-scrollbar': { height: 10 },
  '& .MuiDataGrid-scrollbar--horizontal::-webkit-scrollbar-thumb': {
    bgcolor: 'text.disabled',
    borderRadius: 5,
  },
};

interface FigureGridProps<Row extends GridValidRowModel> extends Pick<
  DataGridProps<Row>,
  | 'columns'
  | 'getRowId'
  | 'initialState'
  | 'sortingMode'
  | 'sortModel'
  | 'sortingOrder'
  | 'onSortModelChange'
> {
  label: string;
  rows: readonly Row[];
}

/** A compact grid of figures that can be sorted and filtered by any of them. */
export const FigureGrid = <Row extends GridValidRowModel>({
  label,
  rows,
  ...props
}: FigureGridProps<Row>) => (
  <DataGrid<Row>
    aria-label={label}
    rows={rows}
    density="compact"
    disableRowSelectionOnClick
    hideFooter={rows.length <= 100}
    slotProps={{ basePopper: popper }}
    sx={styles}
    {...props}
  />
);
