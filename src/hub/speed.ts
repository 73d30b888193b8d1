/** How fast something goes, from its last seconds. */

export interface Speedometer {
  /** `amount` in all, at `now` in milliseconds. */
  note(amount: number, now: number): void;
  /** Per second; null before there is enough to tell. */
  perSecond(): number | null;
}

export function createSpeedometer(windowMs = 8000): Speedometer {
  let samples: { amount: number; now: number }[] = [];
  return {
    note: (amount, now) => {
      samples = [...samples.filter((sample) => now - sample.now <= windowMs), { amount, now }];
    },
    perSecond: () => {
      const [first, last] = [samples[0], samples.at(-1)];
      if (!first || !last || last.now - first.now < 500) return null;
      return (1000 * (last.amount - first.amount)) / (last.now - first.now);
    },
  };
}
