/**
 * The shape of everything that is kept in the browser, as zod schemas, because what is read back may come from an older
 * version or a half-written profile. Types only follow the schemas. Holds no database code: see database.ts.
 */
import { z } from 'zod';
import type { ColumnMapping, DatasetReport, LengthStatistics, SftItem, SplitKey } from '../protocol/dataset';
import type { PreferencePair } from '../protocol/preference';
import { noHolds, type RunHold, type RunHolds } from '../protocol/holds';
import { recipeSchema } from '../protocol/recipe';
import type { AdapterSummary } from '../protocol/adapter';
import type { DatasetSummary, ImportedAdapterSummary, ModelSummary } from '../protocol/library';
import type {
  MetricPoint,
  RunEngine,
  RunState,
  StageMemory,
  StageProfile,
  StageSample,
  StageState,
} from '../protocol/run-state';
import type { ErrorShape } from '../protocol/worker-error';

export type Bytes = Uint8Array<ArrayBuffer>;

const count = z.number().int().min(0);
const bytes = z.custom<Bytes>((value) => value instanceof Uint8Array, 'expected bytes');
const floats = z.custom<Float32Array>((value) => value instanceof Float32Array, 'expected 32-bit floats');
const blob = z.custom<Blob>((value) => value instanceof Blob, 'expected a file');
const figures = z.record(z.string(), z.number());

export const errorShapeSchema = z.object({
  name: z.string(),
  message: z.string(),
  cause: z.string().optional(),
  stage: z.string().optional(),
  step: z.number().optional(),
}) satisfies z.ZodType<ErrorShape>;

export const metricPointSchema = z.object({
  step: count,
  seconds: z.number().exactOptional(),
  values: figures,
}) satisfies z.ZodType<MetricPoint>;

const stageKinds = ['sft', 'reward', 'referee', 'generate', 'score', 'train', 'evaluate'] as const;

const stageMemorySchema = z.object({
  now: figures,
  peak: figures,
  peakBytes: z.number(),
}) satisfies z.ZodType<StageMemory>;

const stageProfileSchema = z.object({
  batch: count,
  seconds: z.number(),
  kernels: z.array(z.object({ kernel: z.string(), dispatches: count, milliseconds: z.number() })),
  missing: z.string().nullable(),
}) satisfies z.ZodType<StageProfile>;

const runEngineSchema = z.object({
  name: z.enum(['fused', 'definition']),
  weights: z.enum(['fp16, packed', 'fp16, native', 'fp32']),
  tiles: z.enum(['measured', 'remembered', 'kept', 'default']).nullable(),
  conversion: z.object({ flushed: count, subnormal: count }).nullable().default(null),
  selfTest: z
    .array(z.object({ kernel: z.string(), error: z.number(), tolerance: z.number() }))
    .nullable()
    .default(null),
}) satisfies z.ZodType<RunEngine>;

const tileEntrySchema = z.object({ tile: z.string(), flopsPerSecond: z.number().positive() });

/** Which tile of the matmul kernels is used for what, by name; src/rounds/tiles.ts knows the names. */
export const storedTilesSchema = z.object({
  entries: z.record(z.string(), tileEntrySchema),
  fallback: z.object({ few: tileEntrySchema, many: tileEntrySchema }),
});
export type StoredTiles = z.infer<typeof storedTilesSchema>;

/** A choice of tiles, by the adapter and model widths it was measured for. */
export const tuningRecordSchema = z.object({ key: z.string().min(1), tiles: storedTilesSchema });
export type TuningRecord = z.infer<typeof tuningRecordSchema>;

export const stageSampleSchema = z.object({
  step: count,
  answers: z.array(z.object({ prompt: z.string(), text: z.string(), ended: z.boolean() })),
}) satisfies z.ZodType<StageSample>;

const stageStateSchema = z.object({
  id: z.string(),
  kind: z.enum(stageKinds),
  round: count,
  status: z.enum(['pending', 'running', 'done', 'skipped', 'omitted', 'failed']),
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  seconds: z.number(),
  secondsLeft: z.number().nullable(),
  startedAt: z.number().exactOptional(),
  finishedAt: z.number().exactOptional(),
  history: z.array(metricPointSchema),
  summary: figures,
  notes: z.array(z.string()),
  samples: z.array(stageSampleSchema).default([]),
  memory: stageMemorySchema.nullable().default(null),
  profile: stageProfileSchema.nullable().default(null),
  result: z.object({ key: z.string(), bytes: count }).exactOptional(),
}) satisfies z.ZodType<StageState>;

const runHoldsSchema = z.object({
  review: z.object({ sft: z.boolean(), dpo: z.boolean() }),
  stopAfter: z.array(z.string()),
}) satisfies z.ZodType<RunHolds>;

const runHoldSchema = z.object({
  why: z.enum(['review', 'stop']),
  before: z.string(),
  after: z.string().nullable(),
}) satisfies z.ZodType<RunHold>;

export const runStateSchema = z.object({
  id: z.string().min(1),
  name: z.string(),
  modelId: z.string(),
  datasetId: z.string(),
  importedAdapterId: z.string().nullable(),
  recipe: recipeSchema,
  status: z.enum(['running', 'paused', 'held', 'cancelled', 'failed', 'finished', 'interrupted']),
  interruptedBy: z.enum(['ended', 'included', 'again', 'deleted']).exactOptional(),
  holds: runHoldsSchema.default(noHolds),
  held: runHoldSchema.nullable().default(null),
  stages: z.array(stageStateSchema),
  error: errorShapeSchema.nullable(),
  createdAt: z.number(),
  lastActivityAt: z.number().exactOptional(),
  outputs: z.array(z.object({ path: z.string(), bytes: count })),
  engine: runEngineSchema.nullable().default(null),
  activity: z.string().nullable().default(null),
  evaluation: z.unknown(),
}) satisfies z.ZodType<RunState>;

const adapterSummarySchema = z.object({
  vendor: z.string(),
  architecture: z.string(),
  description: z.string(),
  software: z.boolean(),
  features: z.array(z.string()),
  maxBufferSize: z.number(),
  limits: z.record(z.string(), z.number()).exactOptional(),
}) satisfies z.ZodType<AdapterSummary>;

/** What a finished stage left behind: where its artifact is, what went into it, and when. */
export const stageRecordSchema = z.object({
  key: z.string(),
  contentHash: z.string(),
  inputs: z.record(z.string(), z.string()),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
  finishedAt: z.number(),
  seconds: z.number(),
});

/** A run as stored: its state without histories and evaluation, and the record of its finished stages. */
export const runRecordSchema = z.object({
  state: runStateSchema,
  stages: z.record(z.string(), stageRecordSchema),
  /** Which stage's artifact holds an output path. */
  outputStages: z.record(z.string(), z.string()),
  device: adapterSummarySchema.nullable(),
  /** The tiles that the run began with: another choice would change the last bits of what follows. */
  tiles: storedTilesSchema.nullable().default(null),
  /** Stages that no review holds (again): they have begun, or the person has let the run go on with them. */
  passed: z.array(z.string()).default([]),
  /** When the person deleted it, milliseconds since 1970; it can be brought back until it is removed for good. */
  deletedAt: z.number().exactOptional(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** The result of one stage, found by a key that names all that went into it. */
export const artifactSchema = z.object({
  key: z.string().min(1),
  kind: z.enum(stageKinds),
  /** Content hash of `files`. */
  contentHash: z.string(),
  /** Content hashes of the artifacts and data it was made from, by role. */
  inputs: z.record(z.string(), z.string()),
  files: z.record(z.string(), bytes),
  summary: figures,
  notes: z.array(z.string()),
  samples: z.array(stageSampleSchema).default([]),
  history: z.array(metricPointSchema),
});
export type Artifact = z.infer<typeof artifactSchema>;

/** What a stage has done so far. Written and checked by src/rounds/checkpoints.ts. */
export const checkpointSchema = z.object({
  /** The artifact key of the stage: a checkpoint of other settings is never resumed. */
  key: z.string(),
  /** Rises with every checkpoint of the stage; the higher one is the newer. */
  sequence: count,
  /** Units of the stage that are done: steps of training, responses else. */
  done: count,
  /** The curve so far. */
  points: z.array(metricPointSchema),
  /** Finished pieces of the stage's result by name, as JSON. */
  parts: z.record(z.string(), z.string()),
  /** Vectors by name: parameters and moments of a trainer, figures it computed once. */
  floats: z.record(z.string(), floats),
  /** Content hash of all the rest. */
  checksum: z.string(),
});
export type Checkpoint = z.infer<typeof checkpointSchema>;

const importedAt = z.number().exactOptional();
export const fileList = z.array(z.object({ path: z.string(), blob }));

const modelSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  architecture: z.string(),
  parameters: count,
  bytes: count,
  weightsDtype: z.string(),
  vocabSize: count,
  contextLength: count,
  hasChatTemplate: z.boolean(),
  source: z
    .object({ endpoint: z.string(), name: z.string(), commit: z.string(), licence: z.string().nullable() })
    .nullable()
    .default(null),
  importedAt,
}) satisfies z.ZodType<ModelSummary>;

export const modelRecordSchema = z.object({
  id: z.string(),
  name: z.string(),
  summary: modelSummarySchema,
  /** Empty where they are in the cache of downloads. */
  files: fileList,
  /** Where in the cache of downloads its files are; null where they are here. */
  cacheKey: z.string().nullable().default(null),
});
export type ModelRecord = z.infer<typeof modelRecordSchema>;

const messageSchema = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });
const pairSchema = z.object({
  id: z.string(),
  prompt: z.union([z.string(), z.array(messageSchema)]),
  chosen: z.string(),
  rejected: z.string(),
}) satisfies z.ZodType<PreferencePair>;

const sftItemSchema = z.object({
  id: z.string(),
  prompt: pairSchema.shape.prompt,
  response: z.string(),
}) satisfies z.ZodType<SftItem>;
const itemSchema = z.union([pairSchema, sftItemSchema]);

const columnMappingSchema = z.union([
  z.object({ kind: z.literal('preference'), prompt: z.array(z.string()), chosen: z.string(), rejected: z.string() }),
  z.object({ kind: z.literal('sft'), prompt: z.array(z.string()), response: z.string() }),
]) satisfies z.ZodType<ColumnMapping>;

const lengthStatisticsSchema = z.object({
  edges: z.array(z.number()),
  counts: z.array(count),
  count,
  mean: z.number(),
  median: z.number(),
  p90: z.number(),
  max: z.number(),
}) satisfies z.ZodType<LengthStatistics>;

const datasetReportSchema = z.object({
  files: z.array(z.object({ path: z.string(), records: count, taken: count, heldOut: z.boolean() })),
  droppedLines: z.array(z.object({ file: z.string(), line: count, reason: z.string() })),
  lengths: z.record(z.string(), lengthStatisticsSchema),
  prompts: count,
  nearDuplicates: count,
  nearDuplicateExamples: z.array(z.object({ file: z.string(), line: count, likeFile: z.string(), likeLine: count })),
  promptsInBoth: count.nullable(),
}) satisfies z.ZodType<DatasetReport>;

const datasetSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['preference', 'sft']).default('preference'),
  pairs: count,
  bytes: count.exactOptional(),
  badLines: z.array(z.object({ file: z.string(), line: count, message: z.string() })),
  badLineCount: count,
  dropped: figures,
  examples: z.array(itemSchema),
  columns: columnMappingSchema.nullable().default(null),
  report: datasetReportSchema.nullable().default(null),
  importedAt,
}) satisfies z.ZodType<DatasetSummary>;

/** A dataset; its items are in chunks of their own. Datasets of versions before chunks have their pairs here. */
export const datasetRecordSchema = z.object({
  id: z.string(),
  name: z.string(),
  summary: datasetSummarySchema,
  chunks: z.object({ key: z.string(), count }).nullable().default(null),
  pairs: z.array(pairSchema).optional(),
});
export type DatasetRecord = z.infer<typeof datasetRecordSchema>;

/** Some hundred items of a dataset, by the key of its import and their place. */
export const datasetItemsSchema = z.object({ key: z.string(), chunk: count, items: z.array(itemSchema) });
export type DatasetItems = z.infer<typeof datasetItemsSchema>;

/** What the split needs of the same items, apart from them: it reads all keys and few texts. */
export const datasetKeysSchema = z.object({
  key: z.string(),
  chunk: count,
  keys: z.array(z.object({ id: z.string(), prompt: z.string(), heldOut: z.boolean() }) satisfies z.ZodType<SplitKey>),
});
export type DatasetKeys = z.infer<typeof datasetKeysSchema>;

const importedAdapterSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  rank: count,
  alpha: z.number(),
  targets: z.array(z.string()),
  importedAt,
}) satisfies z.ZodType<ImportedAdapterSummary>;

export const importedAdapterRecordSchema = z.object({
  id: z.string(),
  name: z.string(),
  summary: importedAdapterSummarySchema,
  files: fileList,
});
export type ImportedAdapterRecord = z.infer<typeof importedAdapterRecordSchema>;
