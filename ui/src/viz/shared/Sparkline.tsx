import { sparkPaths } from './spark';

export interface SparklineProps {
  values: readonly (number | null)[];
  times?: readonly number[] | undefined;
  width: number;
  height: number;
  colour: string;
  /** Strength of the field below the line, 0…1. */
  fill: number;
  lineWidth?: number;
  min?: number | undefined;
  max?: number | undefined;
}

/** The course of a value, without axes. */
export function Sparkline(props: SparklineProps) {
  const { values, times, width, height, colour, fill, lineWidth = 1.5, min, max } = props;
  if (width < 4 || height < 4) return null;
  const { line, area } = sparkPaths(values, times, { width, height, pad: lineWidth, min, max });
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {fill > 0 && <path d={area} fill={colour} fillOpacity={fill} />}
      <path d={line} fill="none" stroke={colour} strokeWidth={lineWidth} strokeLinejoin="round" />
    </svg>
  );
}
