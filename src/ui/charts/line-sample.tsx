/** A piece of a line as a legend shows it: its colour and its dashes. */

export function LineSample({ color, dash }: { color: string; dash: string }) {
  return (
    <svg width={22} height={10} aria-hidden style={{ verticalAlign: 'middle', flex: 'none' }}>
      <line x1={0} x2={22} y1={5} y2={5} stroke={color} strokeWidth={2.5} strokeDasharray={dash || 'none'} />
    </svg>
  );
}
