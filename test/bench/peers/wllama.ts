/**
 * llama.cpp through @wllama/wllama in Chromium, on WebGPU or on its WASM, with the benchmark's weights as a GGUF file.
 * Slots are requests that run side by side in llama.cpp's own server, which batches them.
 */
import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { describeAdapter, launchChromium } from '../../../scripts/lib/chromium.mjs';
import { cacheFolder, projectRoot } from '../../../scripts/lib/paths.mjs';
import type { SoftwareAdapter } from '../../../scripts/lib/software-adapters.mjs';
import { serveFolder } from '../../../scripts/serve.mjs';
import type { BenchModel, Generated, GenerationContender } from '../contender';
import { idsOfText, tokenText, writeGguf } from './gguf';

const loaded = z.object({ version: z.string(), webgpu: z.boolean(), threads: z.number(), log: z.array(z.string()) });
const generated = z.object({ seconds: z.number(), texts: z.array(z.string()) });

export interface WllamaOptions {
  adapter: SoftwareAdapter;
  /** 'wasm' runs every layer on the processor. */
  on: 'webgpu' | 'wasm';
  slots: number;
  /** Tokens a slot can hold. */
  context: number;
}

interface Session {
  call(what: string, argument: unknown): Promise<unknown>;
  close(): Promise<void>;
}

export function wllama(options: WllamaOptions): GenerationContender {
  let session: Session | undefined;
  return {
    name: `llama.cpp ${options.on} (wllama)`,
    prepare: async (model) => {
      session = await openSession(model, options);
      const { on, slots, context } = options;
      const answer = await session.call('load', { gpuLayers: on === 'webgpu' ? 99 : 0, slots, context });
      const { webgpu, version } = loaded.parse(answer);
      if (on === 'webgpu' && !webgpu) throw new Error(`wllama (${version}) found no WebGPU in Chromium`);
    },
    generate: async (prompts, newTokens): Promise<Generated> => {
      if (!session) throw new Error('internal: prepare() first');
      const texts = prompts.map((prompt) => prompt.map(tokenText).join(''));
      const answer = generated.parse(await session.call('generate', { prompts: texts, newTokens }));
      return { seconds: answer.seconds, ids: answer.texts.map(idsOfText), stepDispatches: null };
    },
    counts: () => null,
    dispose: async () => {
      await session?.close();
      session = undefined;
    },
  };
}

async function openSession(model: BenchModel, { adapter, on }: WllamaOptions): Promise<Session> {
  const folder = writeSite(model, on);
  const server = await serveFolder({ folder, port: 0 });
  const { context, close } = await launchChromium({ adapter, extraArgs: ['--enable-features=SharedArrayBuffer'] });
  const end = async () => {
    await close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(server.address);
    await page.waitForFunction('globalThis.bench !== undefined');
    if (on === 'webgpu') await refuseOtherAdapter(await describeAdapter(page), adapter);
    return {
      call: (what, argument) => page.evaluate(`bench.${what}(${JSON.stringify(argument)})`),
      close: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The figures would compare machines, not programs. In Chromium lavapipe goes by SwiftShader's name; it alone has f16. */
function refuseOtherAdapter(found: Awaited<ReturnType<typeof describeAdapter>>, wanted: SoftwareAdapter): void {
  const is = found === null ? 'none' : found.shaderF16 ? 'lavapipe' : 'swiftshader';
  if (is !== wanted || !found?.software) throw new Error(`Chromium's WebGPU adapter is ${is}, not ${wanted}`);
}

function writeSite(model: BenchModel, on: string): string {
  const folder = join(cacheFolder, `bench-wllama-${on}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(projectRoot, 'node_modules', '@wllama', 'wllama', 'esm'), join(folder, 'wllama'), { recursive: true });
  copyFileSync(join(projectRoot, 'test', 'bench', 'peers', 'wllama-page.mjs'), join(folder, 'page.mjs'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><script type="module" src="./page.mjs"></script>');
  writeFileSync(join(folder, 'model.gguf'), writeGguf(model));
  return folder;
}
