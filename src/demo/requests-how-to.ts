/** Small how-tos in three steps. */
import { fill, others, type DemoRequest } from './request';

interface HowTo {
  task: string;
  /** Right steps; each begins with a verb that is the step's key. */
  steps: readonly [string, string, string];
}

const HOW_TOS: readonly HowTo[] = [
  { task: 'make tea', steps: ['boil the water', 'pour it on the leaves', 'stir in the honey'] },
  { task: 'make soup', steps: ['chop the carrots', 'cook them in water', 'salt the soup'] },
  { task: 'bake a cake', steps: ['mix eggs and flour', 'fill the form', 'bake it until brown'] },
  { task: 'plant a seed', steps: ['dig a hole', 'drop the seed in', 'water it'] },
  { task: 'clean a lamp', steps: ['unplug the lamp', 'wipe the dust off', 'polish the glass'] },
  { task: 'post a letter', steps: ['fold the letter', 'stamp the cover', 'post it in the box'] },
  { task: 'wash a dog', steps: ['wet the dog', 'soap its back', 'rinse it with care'] },
  { task: 'wrap a gift', steps: ['cut the paper', 'wrap the gift', 'tie a ribbon'] },
  { task: 'paint a door', steps: ['sand the door', 'paint it twice', 'dry it well'] },
  { task: 'feed a duck', steps: ['bring some seeds', 'throw them on the lake', 'watch from far'] },
];

const HOW_TO_PHRASINGS = [
  'How do I {task}?',
  'How can I {task}?',
  'Tell me how to {task}.',
  'What are the steps to {task}?',
  'I want to {task}. What do I do?',
  'Can you show me how to {task}?',
];

/** The first word of every step. */
function keysOf({ steps }: HowTo): string[] {
  return steps.map((step) => step.split(' ')[0] as string);
}

function inWords([first, second, third]: readonly string[]): string[] {
  return [`First ${first}, then ${second}, and last ${third}.`, `You ${first}, then ${second}, and then ${third}.`];
}

/** All how-tos. */
export function howToRequests(): DemoRequest[] {
  return HOW_TOS.flatMap((howTo, i) => {
    const [first, second, third] = howTo.steps;
    const stranger = HOW_TOS[(i + 3) % HOW_TOS.length] as HowTo;
    const own = new Set([howTo.task, ...howTo.steps].join(' ').split(' '));
    const foreign = others(HOW_TOS, howTo)
      .flatMap(keysOf)
      .filter((key) => !own.has(key));
    const answer = { type: 'steps' as const, keys: keysOf(howTo), foreign };
    const wrong = [
      ...inWords([third, first, second]),
      ...inWords(stranger.steps),
      ...inWords([first, stranger.steps[1], stranger.steps[2]]),
    ];
    const curt = [`First ${first}, then ${second}, then ${third}.`];
    return HOW_TO_PHRASINGS.map((text) => ({
      kind: 'how-to',
      text: fill(text, { task: howTo.task }),
      answer,
      right: inWords(howTo.steps),
      curt,
      wrong,
    }));
  });
}
