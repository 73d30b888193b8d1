/** What a legend shows of a series: a box of its colour, the sign of its points, or its line with the dashes that it has. */
import { Text } from '@mantine/core';

export interface LegendLook {
  color: string;
  /** How its points are drawn, as a character. */
  sign?: string | undefined;
  /** Of a line, as SVG has it; empty for a solid one. */
  dash?: string | undefined;
}

/** Long enough for two strokes of every dash in use. */
export const LINE_MARK_WIDTH = 20;

export function LegendMark({ color, sign, dash }: LegendLook) {
  if (sign !== undefined)
    return (
      <Text span aria-hidden size="xs" style={{ color }}>
        {sign}
      </Text>
    );
  if (dash === undefined)
    return <span aria-hidden style={{ width: 10, height: 10, borderRadius: 2, background: color, flex: 'none' }} />;
  return (
    <svg aria-hidden width={LINE_MARK_WIDTH} height={10} style={{ flex: 'none' }}>
      <line x1={0} x2={LINE_MARK_WIDTH} y1={5} y2={5} stroke={color} strokeWidth={2} strokeDasharray={dash || 'none'} />
    </svg>
  );
}
