import { useTheme } from '@mui/material/styles';

interface SparklineProps {
  values: readonly number[];
  /** A sentence for screen readers. */
  label: string;
  color?: string;
  /** Pixels. */
  width?: number;
  height?: number;
}

/** A small line chart without axes. */
export function Sparkline({ values, label, color, width = 120, height = 28 }: SparklineProps) {
  const { accent } = useTheme().palette.scheme;
  const stroke = color ?? accent;
  const top = Math.max(1, ...values);
  const step = width / Math.max(1, values.length - 1);
  const points = values.map(
    (value, at) =>
      `${(at * step).toFixed(1)},${(height - 1 - (value / top) * (height - 3)).toFixed(1)}`,
  );
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      style={{ display: 'block', width: '100%', maxWidth: width, height }}
    >
      <polygon
        points={`0,${height} ${points.join(' ')} ${width},${height}`}
        fill={stroke}
        fillOpacity={0.12}
      />
      <polyline
        points={points.join(' ')}
        fill="none"
        stroke={stroke}
        strokeWidth={1.5}
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
