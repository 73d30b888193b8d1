/**
 * Renders messages by a model's own chat template (Jinja). Leaves out tools, documents and other extras of templates.
 * Rendering is repeatable: templates that print today's date get a fixed one.
 */
import { Environment, Interpreter, Template } from '@huggingface/jinja';
import { InputError } from '../protocol/errors';
import type { Message } from '../protocol/preference';
import type { TokenizerConfig } from './tokenizer-schema';

/** Llama 3's templates fall back to this date by themselves; a real date would change the token ids from day to day. */
const FIXED_DATE = '26 Jul 2024';

export type ChatRenderer = (messages: Message[], addGenerationPrompt: boolean) => string;

/** The template's text: chat_template.jinja, else tokenizer_config.json's (of a list, the one named "default"). */
export function chooseChatTemplate(config: TokenizerConfig, templateFile: string | undefined): string | null {
  if (templateFile !== undefined && templateFile.trim() !== '') return templateFile;
  const template = config.chat_template;
  if (template === null || template === undefined) return null;
  if (typeof template === 'string') return template;
  return (template.find((entry) => entry.name === 'default') ?? template[0])?.template ?? null;
}

/**
 * A function that renders messages. `tokenTexts` are the special tokens a template may print (bos_token, eos_token, ...).
 * It throws an InputError when there is no template, when it is not valid Jinja, or when it refuses the messages.
 */
export function chatRenderer(template: string | null, tokenTexts: Record<string, string>): ChatRenderer {
  let parsed: Template | null = null;
  return (messages, addGenerationPrompt) => {
    if (template === null) {
      throw new InputError('The model has no chat template. Set the prompt format to "hh", or choose a chat model.');
    }
    parsed ??= parseTemplate(template);
    return render(parsed, messages, addGenerationPrompt, tokenTexts);
  };
}

function parseTemplate(template: string): Template {
  try {
    return new Template(template);
  } catch (error) {
    throw new InputError(
      `The model's chat template is not a valid Jinja template: ${reasonOf(error)}. Set the prompt format to "hh", or repair it.`,
    );
  }
}

function render(
  template: Template,
  messages: Message[],
  addGenerationPrompt: boolean,
  tokenTexts: Record<string, string>,
): string {
  const environment = templateEnvironment({
    ...tokenTexts,
    messages: messages.map(({ role, content }) => ({ role, content })),
    add_generation_prompt: addGenerationPrompt,
  });
  try {
    return String(new Interpreter(environment).run(template.parsed).value);
  } catch (error) {
    const roles = messages.map((message) => message.role).join(', ');
    throw new InputError(
      `The model's chat template refused a conversation with the roles ${roles}: ${reasonOf(error)}. ` +
        `Change the data to what the template allows, or set the prompt format to "hh".`,
    );
  }
}

/** The names a template may use. Template.render() has the same ones, but its clock cannot be replaced. */
function templateEnvironment(variables: Record<string, unknown>): Environment {
  const environment = new Environment();
  for (const [names, value] of [
    [['true', 'True'], true],
    [['false', 'False'], false],
    [['none', 'None'], null],
  ] as const) {
    for (const name of names) environment.set(name, value);
  }
  environment.set('raise_exception', (message: unknown) => {
    throw new Error(String(message));
  });
  environment.set('range', range);
  environment.set('strftime_now', () => FIXED_DATE);
  for (const [name, value] of Object.entries(variables)) environment.set(name, value);
  return environment;
}

/** Python's range(stop) and range(start, stop, step). */
function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw new Error('range() with a step of 0');
  return Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * step);
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}
