/**
 * The layer rules of the design: which folder may import which, and which packages stay behind which layer.
 * Type-only imports count too. Run by `npm run boundaries`, which gives dependency-cruiser a TypeScript that it can parse with.
 */

const engine = ['gpu', 'kernels', 'ops'];
const foundations = ['model', 'losses', 'data', 'storage', 'exchange'];
const methods = ['training', 'generation', 'evaluation'];

/** Folder under src -> the other folders it may import. Everything may import protocol. */
const mayImport = {
  protocol: [],
  client: [],
  store: ['client'],
  ui: ['store', 'client'],
  gpu: [],
  kernels: ['gpu'],
  ops: ['kernels', 'gpu'],
  losses: ['ops', 'kernels', 'gpu'],
  model: ['ops', 'kernels', 'gpu', 'losses', 'data'],
  data: [],
  demo: ['data'],
  storage: [],
  exchange: ['model', 'data'],
  hub: ['exchange', 'model'],
  training: [...engine, ...foundations],
  generation: [...engine, ...foundations],
  evaluation: [...engine, ...foundations, 'demo'],
  rounds: [...engine, ...foundations, ...methods, 'demo'],
};

const layerRules = Object.entries(mayImport).map(([layer, others]) => ({
  name: `layer-${layer}`,
  comment: `src/${layer} may import only: ${[...others, 'protocol'].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: '^(src|workers|test|scripts)/', pathNot: `^src/(${[layer, 'protocol', ...others].join('|')})/` },
}));

/** An npm package (a path pattern after node_modules/) and the folders that may name it. */
const packageRule = (name, packages, folders) => ({
  name,
  comment: `${packages} only in ${folders.join(', ')}`,
  severity: 'error',
  from: { path: '^(src|workers)/', pathNot: `^src/(${folders.join('|')})/` },
  to: { path: `^node_modules/(${packages})/` },
});

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'layer-workers',
      comment: 'workers never reach the page',
      severity: 'error',
      from: { path: '^workers/' },
      to: { path: '^src/(ui|store|client)/|^(test|scripts)/' },
    },
    {
      name: 'known-folder',
      comment: 'every folder under src has a layer rule',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(mayImport).join('|')})/` },
      to: {},
    },
    {
      name: 'demo-is-alone',
      comment: 'the demo world is text and rules; of data it takes the repeatable random numbers only',
      severity: 'error',
      from: { path: '^src/demo/' },
      to: { path: '^src/data/|^node_modules/', pathNot: '^src/data/seeded-random' },
    },
    packageRule('package-tfjs', '@tensorflow', ['ops', 'losses', 'kernels', 'gpu']),
    packageRule('package-react', 'react|react-dom|react-router|@mantine|recharts|@tanstack', ['ui']),
    packageRule('package-idb', 'idb', ['storage']),
    packageRule('package-hub', '@huggingface/hub', ['hub']),
    {
      name: 'protocol-imports-zod-only',
      severity: 'error',
      from: { path: '^src/protocol/' },
      to: { path: 'node_modules/', pathNot: '^node_modules/zod/' },
    },
    {
      name: 'no-node-in-browser-code',
      severity: 'error',
      from: { path: '^(src|workers)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      comment: 'at run time; types that name each other are erased',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'not-unresolvable',
      comment: 'virtual modules are made by the build',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^virtual:' },
    },
  ],
  options: {
    parser: 'tsc',
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.cache)/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mts', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'browser', 'default', 'types'],
    },
  },
};
