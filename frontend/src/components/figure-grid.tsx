import { DataGrid, type DataGridProps, type GridValidRowModel } from '@mui/x-data-grid';

/** A minimum width in pixels, and a proportional share of the rest. */
export const flexible = (minWidth: number) => ({ minWidth, flex: minWidth });

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
  // Keep the scroll bar visible where the system hides it, since more columns follow.
  '& .MuiDataGrid-scrollbar--horizontal::-webkit-scrollbar': { height: 10 },
  '& .MuiDataGrid-scrollbar--horizontal::-webkit-scrollbar-thumb': {
    bgcolor: 'text.disabled',
    borderRadius: 5,
  },
};

interface FigureGridProps<Row extends GridValidRowModel> extends Pick<
  DataGridProps<Row>,
  'columns' | 'getRowId' | 'initialState'
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
