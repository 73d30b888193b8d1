/** The place in a list of `total` that is nearest to `place`; 0 in an empty one. */
export const nearestPlace = (place: number, total: number): number => Math.max(0, Math.min(place, total - 1));
