/** The ground behind a token by its log-ratio. Pure. */

/** A token this many nats likelier, or less likely, has the full colour: e times as likely. */
const fullAt = 1;

/** Likelier than before in one colour, less likely in the other; null where it hardly changed. */
export function tokenShade(ratio: number): { color: string; strength: number } | null {
  const strength = Math.min(1, Math.abs(ratio) / fullAt);
  if (!(strength >= 0.02)) return null;
  return { color: ratio > 0 ? 'var(--studio-likelier)' : 'var(--studio-less-likely)', strength };
}

/** Percent of the full colour over the ground: text keeps a contrast of 4.5 in light and dark. */
const fullPercent = 30;

/** As CSS: the colour mixed into what is behind it. */
export function shadeStyle(ratio: number): { background: string } | undefined {
  const shade = tokenShade(ratio);
  if (!shade) return undefined;
  return { background: `color-mix(in srgb, ${shade.color} ${Math.round(shade.strength * fullPercent)}%, transparent)` };
}
