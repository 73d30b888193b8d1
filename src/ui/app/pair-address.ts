/**
 * What the page Pairs shows as the parameters of its address, for links, bookmarks, reloads and the way back:
 * 'round=2&use=margin&sort=-margin'. What is as a run's pairs begin is not in it, but for the round as soon as anything else is: the
 * latest round is another one later. What an address says that means nothing is left out.
 */
import { z } from 'zod';
import { originalRound, playgroundRound } from '../../protocol/pair-review';
import { pairOrders, pairUses, reviewFilters, type Range } from '../../protocol/pairs';
import type { AskedPairs } from '../../store/pairs';

const namedRounds = { original: originalRound, playground: playgroundRound };
const ALL = 'all';

const roundName = (round: number): string =>
  Object.entries(namedRounds).find(([, its]) => its === round)?.[0] ?? String(round);
const endText = (end: number | null): string => (end === null ? '' : String(end));
const rangeText = ({ from, to }: Range): string => `${endText(from)}..${endText(to)}`;

/** Without what is empty or as it is anyway. */
function textsOf({ query = {}, mode, pair }: AskedPairs): Record<string, string | false | undefined> {
  const { rounds, uses, reviews, margin, length, text, sort } = query;
  const isOpen = mode === 'review' || mode === 'blind';
  return {
    round: rounds && (rounds.length === 0 ? ALL : rounds.map(roundName).join()),
    use: uses?.join(),
    review: reviews?.join(),
    margin: margin && rangeText(margin) !== '..' && rangeText(margin),
    length: length && rangeText(length) !== '..' && rangeText(length),
    search: text?.trim() !== '' && text,
    sort: sort && (sort.by !== 'order' || sort.descending) && `${sort.descending ? '-' : ''}${sort.by}`,
    open: isOpen && mode,
    pair: isOpen && pair ? `${roundName(pair.round)}-${pair.id}` : undefined,
  };
}

/** '' for the pairs of a run as they begin. */
export function pairParams(asked: AskedPairs): string {
  const params = new URLSearchParams();
  for (const [name, text] of Object.entries(textsOf(asked))) if (text) params.set(name, text);
  return params.toString().replaceAll('%2C', ',');
}

const listed = z.string().transform((text) => text.split(','));
const roundSchema = z
  .enum(['original', 'playground'])
  .transform((name) => namedRounds[name])
  .or(z.coerce.number<string>().int().positive().lt(playgroundRound));
const endSchema = z
  .literal('')
  .transform(() => null)
  .or(z.coerce.number<string>());
const rangeSchema = z
  .string()
  .transform((text) => text.split('..'))
  .pipe(z.tuple([endSchema, endSchema]))
  .transform(([from, to]): Range => ({ from, to }));
const sortSchema = z
  .string()
  .transform((text) => ({ by: text.replace(/^-/, ''), descending: text.startsWith('-') }))
  .pipe(z.object({ by: z.enum(pairOrders), descending: z.boolean() }));
const keySchema = z
  .string()
  .transform((text) => ({ round: text.split('-', 1)[0] ?? '', id: text.slice(text.indexOf('-') + 1) }))
  .pipe(z.object({ round: roundSchema, id: z.string().min(1) }));

/** Undefined where it is missing or means nothing. */
const addressSchema = z.object({
  round: z
    .literal(ALL)
    .transform((): number[] => [])
    .or(listed.pipe(z.array(roundSchema)))
    .optional()
    .catch(undefined),
  use: listed
    .pipe(z.array(z.enum(pairUses)))
    .optional()
    .catch(undefined),
  review: listed
    .pipe(z.array(z.enum(reviewFilters)))
    .optional()
    .catch(undefined),
  margin: rangeSchema.optional().catch(undefined),
  length: rangeSchema.optional().catch(undefined),
  search: z.string().optional().catch(undefined),
  sort: sortSchema.optional().catch(undefined),
  open: z.enum(['review', 'blind']).optional().catch(undefined),
  pair: keySchema.optional().catch(undefined),
});

const given = <T extends object>(values: T): Partial<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;

/** @param params as pairParams writes them, or whatever a person typed */
export function askedPairs(params: string): AskedPairs {
  const { round, use, review, margin, length, search, sort, open, pair } = addressSchema.parse(
    Object.fromEntries(new URLSearchParams(params)),
  );
  const query = given({ rounds: round, uses: use, reviews: review, margin, length, text: search, sort });
  return {
    ...(Object.keys(query).length > 0 && { query }),
    ...(open && { mode: open, pair: pair ?? null }),
  };
}
