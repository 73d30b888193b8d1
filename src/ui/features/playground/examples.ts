/** Prompts to begin with. */
import { demoItemNames } from '../../../store/demo';

/** For the demo's models, which know nothing but its invented town. */
const demoExamples = [
  'Which is bigger, 10 or 3?',
  'What day does the bakery stay closed?',
  'Tell me how to feed a duck.',
] as const;

const generalExamples = [
  'How do I begin to learn the piano as an adult?',
  'Explain to a child why the sky is blue.',
  'How do I tell a friend that I cannot come to the wedding?',
] as const;

/** @param baseName of the model that the run began with; undefined when it is not in the library any more */
export const examplesFor = (baseName: string | undefined): readonly string[] =>
  baseName === demoItemNames.model ? demoExamples : generalExamples;
