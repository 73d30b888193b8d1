/** Runs in Chromium: llama.cpp through wllama, driven by peers/wllama.ts. Served beside wllama's esm folder. */

/**
 * What is used of wllama. The package's own types are its TypeScript sources, which do not pass this project's checks.
 * @typedef {{ choices: { text: string }[] }} Completion
 * @typedef {{
 *   loadModel(blobs: Blob[], settings: Record<string, unknown>): Promise<void>,
 *   createCompletion(settings: Record<string, unknown>): Promise<Completion>,
 *   isSupportWebGPU(): boolean,
 *   getNumThreads(): number,
 *   exit(): Promise<void>,
 * }} Wllama
 */

/** On the bench's own server; not a path of the project. */
const address = './wllama/index.js';
/** @type {{ Wllama: (new (paths: Record<string, string>, options: object) => Wllama) & { getLibllamaVersion(): string } }} */
const { Wllama } = await import(address);

/** @type {Wllama | null} */
let wllama = null;

/** @type {string[]} */
const log = [];

/**
 * llama.cpp says why it gives up only in its log.
 * @template A, R
 * @param {(argument: A) => Promise<R>} work
 * @returns {(argument: A) => Promise<R>}
 */
const withLog = (work) => async (argument) => {
  try {
    return await work(argument);
  } catch (error) {
    throw new Error(`${String(error)}; llama.cpp's last words: ${log.slice(-6).join(' | ')}`, { cause: error });
  }
};

/** @param {{ gpuLayers: number, slots: number, context: number }} options */
async function load({ gpuLayers, slots, context }) {
  const keep = (/** @type {unknown[]} */ ...words) => void log.push(words.map(String).join(' '));
  const instance = new Wllama(
    { default: '/wllama/wasm/wllama.wasm' },
    { logger: { debug: keep, log: keep, warn: keep, error: keep } },
  );
  wllama = instance;
  const blob = await (await fetch('/model.gguf')).blob();
  await instance.loadModel([blob], {
    n_gpu_layers: gpuLayers,
    n_parallel: slots,
    n_ctx: context * slots,
    // llama.cpp gives up when one submission takes over 30 s; on a busy software adapter 512 tokens at once do.
    n_batch: 128,
    n_ubatch: 128,
    kv_unified: false,
    cont_batching: true,
    log_level: 2,
  });
  return {
    version: Wllama.getLibllamaVersion(),
    webgpu: instance.isSupportWebGPU(),
    threads: instance.getNumThreads(),
    log,
  };
}

/** @param {{ prompts: string[], newTokens: number }} request */
async function generate({ prompts, newTokens }) {
  const instance = wllama;
  if (!instance) throw new Error('load first');
  const started = performance.now();
  // The types leave out `cache_prompt`, which llama.cpp's server knows: without it a second run would skip the prefill.
  const settings = { max_tokens: newTokens, temperature: 0, top_k: 1, ignore_eos: true, cache_prompt: false };
  const answers = await Promise.all(prompts.map((prompt) => instance.createCompletion({ ...settings, prompt })));
  return { seconds: (performance.now() - started) / 1000, texts: answers.map(({ choices }) => choices[0]?.text ?? '') };
}

async function unload() {
  await wllama?.exit();
  wllama = null;
}

Object.assign(globalThis, { bench: { load: withLog(load), generate: withLog(generate), unload } });
