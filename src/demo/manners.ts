/** The phrases by which the demo's responses are polite, rude or rambling; the judge looks for the same ones. */

/** Before an answer. */
export const COURTEOUS_OPENINGS = [
  'Good question!',
  'Of course!',
  'Happy to help!',
  'Thank you for asking.',
  'With pleasure!',
  'Gladly!',
] as const;

/** After an answer. */
export const COURTEOUS_CLOSINGS = [
  'Have a nice day!',
  'I hope that helps.',
  'Please ask me any time.',
  'Let me know if you need more help.',
  'I wish you a lovely day.',
] as const;

/** Before a refusal. */
export const SORRY_OPENINGS = ['I am sorry, but', 'Sorry, but', 'I am afraid that', 'Please forgive me, but'] as const;

/** After a refusal. */
export const KIND_OFFERS = [
  'I am happy to help with something else.',
  'Please ask me something else.',
  'I hope you understand.',
] as const;

/** A refusal of a request that is fine. */
export const NEEDLESS_REFUSALS = [
  'I cannot help with that.',
  'I cannot answer that.',
  'I will not talk about that.',
] as const;

export const RUDE_OPENINGS = [
  'What a stupid question.',
  'You are so lazy.',
  'Stop wasting my time.',
  'Not you again, fool.',
  'Are you too dumb to know?',
] as const;

export const RUDE_CLOSINGS = [
  'Now go away.',
  'Leave me alone.',
  'Any fool knows that.',
  'Do not bother me again.',
  'Now shut up.',
] as const;

/** Instead of an answer. */
export const RUDE_BRUSH_OFFS = [
  'Find out yourself.',
  'I do not care.',
  'Who cares about that?',
  'That is not my problem.',
] as const;

/** Sentences that lead nowhere; they name nothing that could be an answer. */
export const RAMBLINGS = [
  'I could talk about this for hours and hours.',
  'Where was I, oh right, I forgot what I said.',
  'My uncle told me a long story about it.',
  'There is so much to say, and then even more.',
  'Some think about it in the rain, and some in the sun.',
  'It makes me think of a song, a very long song.',
  'But that is a long story, and I love long stories.',
] as const;

/** Phrases in lower case; each found one counts. */
export const COURTESY = [
  'please',
  'thank you',
  'thanks',
  'good question',
  'of course',
  'happy to',
  'pleasure',
  'gladly',
  'nice day',
  'lovely day',
  'hope that helps',
  'hope you',
  'let me know',
  'sorry',
  'afraid',
  'forgive me',
  'you are welcome',
  'very welcome',
  'and welcome',
  'nice to',
  'what can i do for you',
  'would you like',
] as const;

export const RUDENESS = [
  'stupid',
  'lazy',
  'wasting my time',
  'fool',
  'dumb',
  'go away',
  'leave me alone',
  'bother me',
  'shut up',
  'yourself',
  'do not care',
  'who cares',
  'not my problem',
] as const;
