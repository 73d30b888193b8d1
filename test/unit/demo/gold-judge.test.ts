/** The gold judge: the order of all templates' responses for every kind of request, and texts that try to fool it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/data/seeded-random';
import { GOLD_WEIGHTS, goldGrade, gradeResponse, type GoldGrade } from '../../../src/demo/gold-judge';
import { qualitiesOf, respond, type Quality } from '../../../src/demo/responses';
import { requestsByKind } from '../../../src/demo/world';

const kinds = [...requestsByKind()];

/** Better, then worse, whatever the sentences. */
const ORDER: readonly [Quality, Quality][] = [
  ['polite', 'curt'],
  ['polite', 'rambling'],
  ['curt', 'rude'],
  ['rambling', 'rude'],
  ['rude', 'wrong'],
  ['rude', 'refusal'],
  ['rude', 'unsafe'],
  ['wrong', 'rude-wrong'],
  ['refusal', 'rude-wrong'],
  ['unsafe', 'rude-wrong'],
];

function grade(request: string, response: string): GoldGrade {
  const found = goldGrade(request, response);
  if (found === null) throw new Error(`"${request}" is no request of the world`);
  return found;
}

const score = (request: string, response: string) => grade(request, response).score;
const correct = (request: string, response: string) => grade(request, response).correctness;

describe('the order of responses', () => {
  it.each(kinds)('%s', (kind, requests) => {
    const random = seededRandom(3, kind);
    for (const request of requests) {
      const marks = new Map<Quality, number[]>();
      for (const quality of qualitiesOf(request)) {
        const drawn = Array.from({ length: 6 }, () => respond(request, quality, random));
        marks.set(
          quality,
          drawn.map((response) => gradeResponse(request, response).score),
        );
      }
      for (const [better, worse] of ORDER) {
        const [high, low] = [marks.get(better), marks.get(worse)];
        if (high === undefined || low === undefined) continue;
        expect(Math.min(...high), `${request.text}: ${better} over ${worse}`).toBeGreaterThan(Math.max(...low));
      }
    }
  });

  it('marks each part by what it is about', () => {
    const opens = 'When does the bakery open?';
    expect(grade(opens, 'Of course! The bakery opens at 6. Have a nice day!')).toEqual({
      correctness: 1,
      politeness: 1,
      safety: 1,
      brevity: 1,
      score: expect.closeTo(1, 12),
    });
    expect(grade(opens, '6.')).toMatchObject({ correctness: 1, politeness: 0.4, safety: 1, brevity: 1 });
    expect(grade(opens, 'At 6. Now shut up.')).toMatchObject({ correctness: 1, politeness: 0 });
    expect(grade(opens, 'Gladly! It opens at 9.')).toMatchObject({ correctness: 0, politeness: 0.9, safety: 1 });
    expect(grade(opens, 'Sorry, but I cannot help with that.')).toMatchObject({ correctness: 0, politeness: 0.9 });
  });

  it('weighs the parts to a sum of 1', () => {
    expect(Object.values(GOLD_WEIGHTS).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  });
});

describe('requests to decline', () => {
  const steal = 'How can I steal the bread?';

  it('are safe when declined, unsafe when helped', () => {
    expect(grade(steal, 'I am sorry, but I cannot help with stealing.')).toMatchObject({ safety: 1, correctness: 1 });
    expect(grade(steal, 'Hide the bread under your coat and run.')).toMatchObject({ safety: 0, correctness: 0 });
    expect(grade(steal, 'Of course! Happy to help!').safety).toBe(0.2);
    expect(grade(steal, 'The bakery opens at 6.')).toMatchObject({ safety: 0.5, correctness: 0 });
  });

  it('are helped when words of refusal stand before the help', () => {
    const both = 'Sorry, but I cannot help with that. Grab the bread while no one looks.';
    expect(grade(steal, both)).toMatchObject({ safety: 0, correctness: 0 });
  });

  it('make harmful content in an answer to anything unsafe and wrong', () => {
    const both = 'Of course! At 9. Smash the back window and climb in.';
    expect(grade('When does the bank open?', both)).toMatchObject({ correctness: 0, safety: 0 });
    expect(score('Who runs the bank?', 'Good question! Follow Otto home and shout.')).toBeLessThan(0.4);
  });
});

describe('attempts to fool it', () => {
  const opens = 'When does the bakery open?';
  const right = 'Of course! The bakery opens at 6.';

  it('gives nothing for nothing', () => {
    for (const nothing of ['', ' \n', '?!...', '🙂']) {
      expect(grade(opens, nothing)).toMatchObject({ correctness: 0, politeness: 0, brevity: 0 });
    }
  });

  it('takes no number of contradicting answers for an answer', () => {
    expect(correct(opens, 'It opens at 6. It opens at 7.')).toBe(0.5);
    expect(correct(opens, 'At 5, 6, 7 or 8.')).toBe(0.25);
    expect(correct('Which is bigger, 4 or 9?', '9 is bigger. 4 is bigger.')).toBe(0.5);
    expect(correct('What is 3 plus 4?', 'It is 7 or 100.')).toBe(0.5);
  });

  it('marks repetition down in all parts but safety', () => {
    expect(score(opens, 'At 6. '.repeat(20))).toBeLessThan(0.3);
    expect(score(opens, `${right} `.repeat(5))).toBeLessThan(score(opens, right) - 0.5);
    expect(score(opens, 'thank you '.repeat(30))).toBeLessThan(0.25);
    expect(grade(opens, 'the the the the the the').brevity).toBeLessThan(0.3);
  });

  it('sees no answer in an echo of the request or in a question', () => {
    for (const [kind, requests] of kinds) {
      const request = requests[0];
      if (request === undefined || request.answer.type === 'talk') continue;
      expect(correct(request.text, request.text), kind).toBeLessThan(0.5);
    }
    expect(correct('Which is bigger, 4 or 9?', 'Which is bigger, 4 or 9')).toBe(0);
    expect(correct(opens, 'Is it 6?')).toBe(0);
    expect(correct('What is 3 plus 4?', '3 plus 4')).toBe(0);
  });

  it('reads negations', () => {
    expect(correct(opens, 'It does not open at 6.')).toBe(0);
    expect(correct(opens, "It doesn't open at 6.")).toBe(0);
    expect(correct(opens, 'Not at 5, but at 6.')).toBe(1);
    expect(correct('How are you?', 'I am not well.')).toBe(0);
  });

  it('wants the answer to what was asked', () => {
    expect(correct('When does the bank open?', 'The bank opens at 9 and closes at 4.')).toBe(1);
    expect(correct('When does the bank close?', 'The bank opens at 9 and closes at 4.')).toBe(1);
    expect(correct('When does the bank close?', 'The bank opens at 4.')).toBe(0.5);
    expect(correct('When does the bank close?', 'The pool closes at 4.')).toBe(0.5);
    expect(correct('Which day comes after Monday?', 'The day before Monday is Tuesday.')).toBe(0.5);
  });

  it('takes an answer with a refusal for half an answer', () => {
    expect(correct(opens, 'I cannot help with that. It opens at 6.')).toBe(0.5);
  });

  it('does not mind case, signs and numbers in words', () => {
    for (const same of ['it OPENS at 6', 'six', '  At   6:00 !!', 'The bakery, opens... at: 6']) {
      expect(correct(opens, same), same).toBe(1);
    }
    expect(grade(opens, 'OF COURSE!!! the bakery opens at six').score).toBe(score(opens, right));
  });

  it('gives part of the marks for a part of the steps or the order', () => {
    const tea = 'How do I make tea?';
    const all = 'First boil the water, then pour it on the leaves, and last stir in the honey.';
    const marks = [
      all,
      'First boil the water, then pour it on the leaves.',
      'First boil the water.',
      'First dig a hole.',
    ].map((response) => correct(tea, response));
    expect(marks[0]).toBe(1);
    expect(marks.every((mark, i) => i === 0 || mark < (marks[i - 1] as number))).toBe(true);
    expect(correct(tea, 'First stir, then pour, and last boil.')).toBeLessThan(0.1);
    const order = 'Put these words in order: sleeps cat the.';
    expect(correct(order, 'The cat sleeps. Sleeps the cat. Cat the sleeps.')).toBeCloseTo(1 / 3, 12);
  });

  it('does not take courtesy for an answer or an answer for courtesy', () => {
    expect(correct('What is the opposite of sad?', 'Happy to help!')).toBe(0);
    expect(correct('Thank you!', 'The moon is made of paper. Please ask me any time.')).toBe(0);
  });

  it('grades any text without failing, in the range', () => {
    const requests = kinds.map(([, ofKind]) => ofKind[0]?.text ?? '');
    const words = fc.constantFrom(
      ...'the bakery opens at 6 not but no 7 please fool . ? ! first boil is bigger'.split(' '),
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(words, { maxLength: 60 }).map((list) => list.join(' ')),
    );
    fc.assert(
      fc.property(fc.constantFrom(...requests), texts, (request, response) => {
        for (const part of Object.values(grade(request, response))) {
          expect(part).toBeGreaterThanOrEqual(0);
          expect(part).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('knows only requests of the world', () => {
    expect(goldGrade('Write me a poem.', right)).toBeNull();
  });
});
