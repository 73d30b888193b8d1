/** A point of a chart by its shape, so that series are told apart without colours too. */
export interface PointLook {
  shape: 'circle' | 'square';
  hollow: boolean;
}

interface PointMarkProps {
  cx: number;
  cy: number;
  look: PointLook;
  color: string;
  /** Half its width, in pixels. */
  size?: number;
}

export function PointMark({ cx, cy, look: { shape, hollow }, color, size = 5 }: PointMarkProps) {
  const paint = { fill: hollow ? 'var(--mantine-color-body)' : color, stroke: color, strokeWidth: 2 };
  const side = 2 * size - 1;
  return shape === 'circle' ? (
    <circle cx={cx} cy={cy} r={size} {...paint} strokeDasharray="0" />
  ) : (
    <rect x={cx - side / 2} y={cy - side / 2} width={side} height={side} {...paint} strokeDasharray="0" />
  );
}
