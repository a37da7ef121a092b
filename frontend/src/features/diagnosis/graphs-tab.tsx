import { useState } from 'react';

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useTheme } from '@mui/material/styles';
import { useParams } from 'react-router';

import { useGraph, useGraphs, type GraphSeries } from '@/api/diagnosis/graphs';
import type { GraphInfo } from '@/api/types';
import { LineChart } from '@/components/charts/line-chart';
import { MarkersButton } from '@/components/markers-button';
import { Notice } from '@/components/notice';
import { PanelGrid } from '@/components/panel-grid';
import { Panel } from '@/components/panel';
import { sliceRows, timeAxis, zoomTo } from '@/components/panels/time-axis';
import { useMarkers } from '@/components/panels/use-markers';
import { QueryBoundary } from '@/components/query-boundary';
import { RangePicker } from '@/components/range-picker';
import { ZoneNote } from '@/components/zone-note';
import { ExportHint } from '@/features/diagnosis/export-hint';
import { useView } from '@/hooks/use-view';
import { formatCompact, formatNumber, MISSING } from '@/lib/format';

const SHOWN = 12;
const HOW =
  'Let Flask-MonitoringDashboard call a function of the app regularly; each value that it returns is a point of the graph:';

const CODE = [
  "dashboard.add_graph('Open orders', count_open_orders, minutes=5)",
  'pydash_exporter.bind(app, graphs=True)',
].join('\n');

const format = (value: number | null) =>
  value === null ? MISSING : formatNumber(Number(value.toPrecision(4)));

const columnsOf = ({ mean, low, high }: GraphSeries) => [mean, low, high];

interface GraphProps {
  dashboardId: string;
  graph: GraphInfo;
}

function Graph({ dashboardId, graph }: GraphProps) {
  const { view, zoom } = useView();
  const { accent, textSoft } = useTheme().palette.scheme;
  const markers = useMarkers(dashboardId, view);
  const query = useGraph(dashboardId, graph, view);
  return (
    <Panel
      query={query}
      title={graph.title}
      isEmpty={({ mean }) => mean.every((value) => value === null)}
      empty={<Notice icon="chart" title="No values in this time range" />}
      minHeight={252}
      table={(series) => ({
        columns: ['Time', 'Mean', 'Smallest', 'Largest'],
        rows: sliceRows(series, columnsOf(series), format),
      })}
    >
      {(series) => (
        <LineChart
          {...timeAxis(series)}
          series={[
            { id: 'high', name: 'Largest', color: textSoft, values: series.high, dash: '2 3' },
            { id: 'mean', name: 'Mean', color: accent, values: series.mean },
            { id: 'low', name: 'Smallest', color: textSoft, values: series.low, dash: '6 3' },
          ]}
          bands={[['low', 'high']]}
          yTitle="Value"
          formatTick={formatCompact}
          format={format}
          height={216}
          markers={markers}
          onZoom={zoomTo(zoom, series)}
        />
      )}
    </Panel>
  );
}

/** The graphs that an app draws of its own values. */
export function GraphsTab() {
  const { dashboardId = '' } = useParams();
  const { view, change } = useView();
  const [shown, setShown] = useState(SHOWN);
  const query = useGraphs(dashboardId);
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: 2 }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1 }}>
        <RangePicker
          range={view.range}
          onChange={(range) => change({ range, zoomedFrom: undefined })}
        />
        <MarkersButton />
        <Box sx={{ ml: { sm: 'auto' } }}>
          <ZoneNote />
        </Box>
      </Box>
      <QueryBoundary
        query={query}
        minHeight={252}
        isEmpty={({ graphs }) => graphs.length === 0}
        empty={
          <ExportHint
            title={
              query.data?.available ? 'No graphs yet' : 'This app does not export its custom graphs'
            }
            hint={query.data?.hint ?? null}
            source={{ text: HOW, code: CODE }}
          />
        }
      >
        {({ graphs }) => (
          <>
            <PanelGrid>
              {graphs.slice(0, shown).map((graph) => (
                <Graph key={graph.id} {...{ dashboardId, graph }} />
              ))}
            </PanelGrid>
            {graphs.length > shown && (
              <Box sx={{ display: 'flex', justifyContent: 'center', pt: 2 }}>
                <Button variant="outlined" onClick={() => setShown(shown + SHOWN)}>
                  Show more
                </Button>
              </Box>
            )}
          </>
        )}
      </QueryBoundary>
    </Box>
  );
}
