/**
 * Which files of a dataset's repository belong to which config and split, by their paths, as the Hub itself guesses them: a folder is
 * a config ("harmless-base/train.jsonl.gz"), the file's name or folder says the split. Pure; asks nobody.
 */
import type { HubDatasetConfig, HubDatasetFile } from '../protocol/hub-dataset';

const DATA_FILE = /\.(jsonl|ndjson|json|csv|tsv|parquet)(\.gz)?$/i;
/** Metadata that would pass for data by its ending. */
const NOT_DATA = /(^|\/)(\.|dataset_infos?\.json$|dataset_dict\.json$|state\.json$|package\.json$|config\.json$)/i;
/** Folders that say nothing. */
const PLAIN_FOLDERS = new Set(['', 'data', 'default']);

const splits: readonly (readonly [string, RegExp])[] = [
  ['train', /(^|[^a-z0-9])(train|training)([^a-z0-9]|$)/i],
  ['validation', /(^|[^a-z0-9])(validation|valid|val|dev)([^a-z0-9]|$)/i],
  ['test', /(^|[^a-z0-9])(test|testing|eval|evaluation)([^a-z0-9]|$)/i],
];

/** The split that a name tells: of HF's conversion the folder ("default/train_prefs/0000.parquet"), else the name. */
function splitOf(path: string, converted: boolean): string {
  const parts = path.split('/');
  const folder = parts.at(-2) ?? '';
  if (converted) return folder.replace(/^partial-/, '');
  const name = parts.at(-1) ?? '';
  // "train_prefs-00000-of-00001.parquet" is the split train_prefs.
  const sharded = /^([\w.]+?)-\d{3,}(-of-\d+)?\b/.exec(name)?.[1];
  if (sharded !== undefined) return sharded;
  const known = [name, folder].flatMap((text) => splits.find(([, pattern]) => pattern.test(text))?.[0] ?? []);
  return known[0] ?? 'train';
}

function configOf(path: string, converted: boolean): string {
  const folders = path.split('/').slice(0, -1);
  const named = converted ? folders.slice(0, -1) : folders;
  const meaningful = named.filter((folder) => !PLAIN_FOLDERS.has(folder) && (converted || !isSplitName(folder)));
  return meaningful.join('/') || 'default';
}

const isSplitName = (folder: string) => splits.some(([name]) => name === folder.toLowerCase());

/** Configs in the order of their names, 'default' first; the splits of each likewise, 'train' first. */
export function groupFiles(files: readonly HubDatasetFile[], converted: boolean): HubDatasetConfig[] {
  const configs = new Map<string, Map<string, HubDatasetFile[]>>();
  for (const file of files) {
    if (!DATA_FILE.test(file.path) || NOT_DATA.test(file.path)) continue;
    const config = configOf(file.path, converted);
    const split = splitOf(file.path, converted);
    const own = configs.get(config) ?? new Map<string, HubDatasetFile[]>();
    configs.set(config, own.set(split, [...(own.get(split) ?? []), file]));
  }
  return [...configs].toSorted(firstNamed('default')).map(([name, own]) => ({
    name,
    splits: [...own].toSorted(firstNamed('train')).map(([split, its]) => ({
      name: split,
      files: its.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    })),
  }));
}

const firstNamed =
  (first: string) =>
  ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
    Number(b === first) - Number(a === first) || (a < b ? -1 : 1);
