/**
 * A few transparent word patterns that keep plainly toxic or unsafe text from becoming a chosen response.
 * Crude on purpose and written for this project: English only, blind to context, irony, other spellings and anything
 * long; it misses most harm and flags some harmless quotes. It supplements a person's look at the pairs, nothing more.
 */

export interface SafetyRule {
  name: string;
  pattern: RegExp;
}

const insult =
  '(?:idiot|moron|imbecile|retard|scum|whore|slut|bitch|bastard|asshole|dumbass|piece of (?:shit|trash|garbage))';
const group =
  '(?:women|men|jews|muslims|christians|blacks|whites|asians|immigrants|foreigners|gays|lesbians|disabled people)';
const harm = '(?:kill|murder|poison|stab|shoot|strangle|hurt|beat up|kidnap|rape)';
const person =
  '(?:him|her|them|someone|somebody|people|your (?:wife|husband|boss|neighbou?r|friend|mother|father|child|kids?))';
const weapon = '(?:bombs?|explosives?|pipe ?bombs?|molotov(?: cocktails?)?|nerve gas|napalm)';
const drug = '(?:meth|methamphetamine|heroin|cocaine|crack|fentanyl)';
const dwelling = '(?:house|home|car|apartment|account|computer|phone|wi-?fi|network)';

const pattern = (source: string) => new RegExp(`\\b(?:${source})\\b`, 'i');

/** In the order they are tried. Each says what the text does, not only what it mentions, so that refusals pass. */
export const safetyRules: readonly SafetyRule[] = [
  { name: 'insult', pattern: pattern(`you(?:'re| are)(?: (?:such|just|nothing but))? an? (?:\\w+ )?${insult}`) },
  {
    name: 'insult',
    pattern: pattern(`you (?:\\w+ )?${insult}|(?:fuck|screw) you|go to hell|shut the (?:fuck|hell) up`),
  },
  {
    name: 'hate',
    pattern: pattern(
      `${group} (?:are|is) (?:all )?(?:\\w+ )?(?:inferior|subhuman|vermin|animals|stupid|evil|disgusting|parasites)`,
    ),
  },
  {
    name: 'hate',
    pattern: pattern(`(?:i|we|you should|everyone should) (?:really )?(?:hate|despise) (?:all )?${group}`),
  },
  {
    name: 'self-harm',
    pattern: pattern(`(?<!\\b(?:to|not|never|would|you|don't) )(?:kill|hurt) yourself|you should (?:just )?die|kys`),
  },
  {
    name: 'violence',
    pattern: pattern(
      `(?:you (?:should|could|can|must|might)|just|try to|best way to|easiest way to) (?:\\w+ )?${harm} ${person}`,
    ),
  },
  { name: 'violence', pattern: pattern(`i(?:'ll| will|'m going to| am going to) ${harm} you`) },
  {
    name: 'weapons',
    pattern: pattern(
      `(?:you (?:can|could|should)|to|here(?:'s| is) how to|step \\d+:?) (?:make|build|assemble|mix) (?:an? |the |your )?(?:\\w+ )?${weapon}[,:.]? (?:you|first|by|from|with|mix|start|take|use)`,
    ),
  },
  {
    name: 'drugs',
    pattern: pattern(
      `(?:you (?:can|could|should)|here(?:'s| is) how to) (?:make|cook|buy|sell|smoke|inject|snort) (?:some )?${drug}`,
    ),
  },
  {
    name: 'crime',
    pattern: pattern(
      `(?:you (?:can|could|should)|here(?:'s| is) how to) (?:easily )?(?:break into|hack(?: into)?|steal) (?:\\w+ ){0,2}${dwelling}`,
    ),
  },
  {
    name: 'crime',
    pattern: pattern(
      `you (?:can|could|should) (?:easily )?(?:shoplift|launder money|forge|steal (?:it|them|money|credit cards?))`,
    ),
  },
  {
    name: 'sexual',
    pattern: pattern(
      `(?:sex|sexual|naked|nude)\\b[^.!?]{0,40}\\b(?:child|children|minors?|underage|little (?:girl|boy)s?)`,
    ),
  },
  { name: 'sexual', pattern: pattern(`(?:suck|lick) (?:my|his|her) (?:dick|cock|pussy|ass)`) },
];

/** The name of the first rule that `text` breaks, or null. */
export function brokenSafetyRule(text: string): string | null {
  return safetyRules.find((rule) => rule.pattern.test(text))?.name ?? null;
}
