/** The command line of `npm run headless`: what each option means, and clear errors for what cannot be used. Opens nothing. */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../lib/paths.mjs';

export const usage = `npm run headless -- --model DIR_OR_ID --data FILE... --recipe FILE_OR_PRESET --out DIR [options]

  --model DIR          a Hugging Face model folder: config.json, *.safetensors, tokenizer.json;
                       demo is the embedded demo's model (./demo a folder of that name)
  --model OWNER/NAME   a model of the Hugging Face Hub, with @REVISION or without; downloaded once, into --out; HF_TOKEN in the
                       environment opens gated ones
  --hub-endpoint URL   the Hub, or a mirror of it; without it https://huggingface.co
  --data FILE...       preference pairs, or single responses (SFT only, with --rounds 0): .jsonl, .json, .csv, .tsv or
                       .parquet, each also .gz; files named as a test split are held out; demo is the embedded demo's data
  --recipe NAME|FILE   a preset (origin, studio, smoke, demo, demo-quick, demo-push), a recipe as JSON,
                       or the run.json of an earlier run
  --out DIR            where the outputs go; a part-finished run there is continued
  --seed N             in place of the recipe's seed
  --rounds N           in place of the recipe's number of DPO rounds
  --sft-adapter DIR    a PEFT LoRA adapter in place of SFT training
  --adapter NAME       gpu, lavapipe or swiftshader; without it the GPU if there is one, else a software adapter
  --help               this text`;

/** A message for the person at the terminal, without a stack. */
export class UsageError extends Error {
  /** @override */
  name = 'UsageError';
}

/**
 * @typedef {{ name: string, paths: string[] }} Input a model, data set or adapter: its name and the files to hand to the page
 * @typedef {{ hubId: string }} HubInput a model of the Hub: "owner/name" or "owner/name@revision"
 * @typedef {{ model: Input | HubInput, hubEndpoint: string | null, data: Input, sftAdapter: Input | null, recipe: unknown, recipeSource: string, out: string,
 *   seed: number | null, rounds: number | null, adapter: 'gpu' | 'lavapipe' | 'swiftshader' | null }} HeadlessOptions
 */

/** `--data a b c` becomes `--data a --data b --data c`, which parseArgs understands. @param {string[]} argv */
function spreadDataFiles(argv) {
  /** @type {string[]} */
  const result = [];
  let inData = false;
  for (const argument of argv) {
    if (argument.startsWith('--')) inData = argument === '--data';
    else if (inData) {
      result.push(`--data=${argument}`);
      continue;
    }
    if (argument !== '--data') result.push(argument);
  }
  return result;
}

const modelFile =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|chat_template)\.(json|jinja)$/;
const weightsFile = /\.safetensors(\.index\.json)?$/;

/** @param {string} path @param {string} option */
function requireFolder(path, option) {
  if (!existsSync(path)) {
    throw new UsageError(`${option} ${path}: there is no such folder. Give the path of a folder that exists.`);
  }
  if (!statSync(path).isDirectory()) throw new UsageError(`${option} ${path}: expected a folder, found a file.`);
}

/**
 * @param {string} folder
 * @param {string} option its option, for the message
 * @param {(name: string) => boolean} wanted
 * @returns {Input}
 */
function folderInput(folder, option, wanted) {
  requireFolder(folder, option);
  const full = resolve(folder);
  const names = readdirSync(full).filter((name) => wanted(name) && statSync(join(full, name)).isFile());
  if (names.length === 0) throw new UsageError(`${option} ${folder}: none of the expected files is in it.`);
  return { name: basename(full), paths: names.toSorted().map((name) => join(full, name)) };
}

const demoFolder = join(projectRoot, 'public', 'demo');

/**
 * The embedded demo, a folder that is there, or else a Hub's id.
 * @param {string} value of --model
 * @returns {Input | HubInput}
 */
function modelInput(value) {
  const isModelFile = (/** @type {string} */ name) => modelFile.test(name) || weightsFile.test(name);
  if (value === 'demo')
    return { ...folderInput(join(demoFolder, 'model'), '--model demo:', isModelFile), name: 'Demo model' };
  const isId = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*(@[\w./-]+)?$/.test(value);
  return isId && !existsSync(value) ? { hubId: value } : folderInput(value, '--model', isModelFile);
}

/** @param {string[]} values of --data @returns {Input} */
function dataInputOrDemo(values) {
  if (!values.includes('demo')) return dataInput(values);
  if (values.length > 1) throw new UsageError('--data demo: the demo stands alone; leave the other files out.');
  return { ...dataInput([join(demoFolder, 'data', 'preferences.jsonl')]), name: 'Demo preferences' };
}

/** @param {string[]} files @returns {Input} */
function dataInput(files) {
  for (const file of files) {
    if (!existsSync(file)) throw new UsageError(`--data ${file}: there is no such file.`);
    if (!statSync(file).isFile()) throw new UsageError(`--data ${file}: expected a file, found a folder.`);
  }
  const names = files.map((file) => basename(file));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`--data: two files are called ${twice}. Rename one.`);
  return { name: names.join(' + '), paths: files.map((file) => resolve(file)) };
}

/**
 * @param {string} value a preset's name or a path
 * @returns {unknown} the preset's name, or what the file holds (of a run.json: its recipe)
 */
function readRecipe(value) {
  if (!existsSync(value) && extname(value) === '') return value;
  if (!existsSync(value)) throw new UsageError(`--recipe ${value}: there is no such file.`);
  try {
    const json = JSON.parse(readFileSync(value, 'utf8'));
    return typeof json === 'object' && json !== null && 'recipe' in json ? json.recipe : json;
  } catch (error) {
    throw new UsageError(`--recipe ${value}: not valid JSON (${error instanceof Error ? error.message : error}).`);
  }
}

/** @param {string | undefined} text @param {string} option @param {number} most @returns {number | null} */
function wholeNumber(text, option, most) {
  if (text === undefined) return null;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new UsageError(`${option} ${text}: expected a whole number from 0 to ${most}.`);
}

/** @param {string | undefined} name @returns {HeadlessOptions['adapter']} */
function adapterName(name) {
  if (name === undefined || name === 'gpu' || name === 'lavapipe' || name === 'swiftshader') return name ?? null;
  throw new UsageError(`--adapter ${name}: expected gpu, lavapipe or swiftshader.`);
}

/** @param {string[]} argv */
function parse(argv) {
  const text = /** @type {const} */ ({ type: 'string' });
  try {
    return parseArgs({
      args: spreadDataFiles(argv),
      options: {
        ...{ model: text, recipe: text, out: text, seed: text, rounds: text, adapter: text, 'sft-adapter': text },
        'hub-endpoint': text,
        data: { type: 'string', multiple: true },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

/**
 * @param {string[]} argv without node and the script
 * @returns {HeadlessOptions | null} null when help was asked for
 * @throws {UsageError}
 */
export function readOptions(argv) {
  const values = parse(argv);
  if (values.help) return null;
  const { model, data, recipe, out, 'sft-adapter': sftAdapter } = values;
  if (model === undefined || data === undefined || recipe === undefined || out === undefined) {
    throw new UsageError(`--model, --data, --recipe and --out are needed.\n\n${usage}`);
  }
  const isAdapterFile = (/** @type {string} */ name) => /^adapter_(config\.json|model\.safetensors)$/.test(name);
  return {
    model: modelInput(model),
    hubEndpoint: values['hub-endpoint'] ?? null,
    data: dataInputOrDemo(data),
    sftAdapter: sftAdapter === undefined ? null : folderInput(sftAdapter, '--sft-adapter', isAdapterFile),
    recipe: readRecipe(recipe),
    recipeSource: recipe,
    out: resolve(out),
    seed: wholeNumber(values.seed, '--seed', 0xffffffff),
    rounds: wholeNumber(values.rounds, '--rounds', 50),
    adapter: adapterName(values.adapter),
  };
}
