/**
 * The layer rules of docs/architecture.md: imports point down only, adapters do not know each other, the pure
 * layers reach no platform, and whatever is imported is declared in the importer's own package.json.
 */
const { globSync, readFileSync } = require('node:fs')
const path = require('node:path')

const ABOVE = {
  protocol: 'libs/(?!protocol/)|apps|tools|tests',
  fsm: 'libs/(?!fsm/)|apps|tools|tests',
  media: 'libs/(?!(protocol|media)/)|apps|tools|tests',
  'session-fsm': 'libs/(?!(protocol|fsm|session-fsm)/)|apps|tools|tests',
  relay: 'libs/(?!(protocol|fsm|relay)/)|apps|tools|tests',
  audio: 'libs/(?!(protocol|media|session-fsm|audio)/)|apps|tools|tests',
  rtc: 'libs/(?!(protocol|media|session-fsm|rtc)/)|apps|tools|tests',
  swarm: 'libs/(?!(protocol|media|session-fsm|swarm)/)|apps|tools|tests',
  station: 'libs/(engine|ui)/|apps|tools|tests',
  engine: 'libs/ui/|apps|tools|tests',
  ui: 'libs/(?!(protocol|media|engine|ui)/)|apps|tools|tests',
}
const TEST_TOOLS = '^node_modules/(vitest|vite|fast-check)/'
/** What @pearcast/netsim/lab is made of. */
const LAB = String.raw`(lab|errors|random|within)\.ts$|(ip|nat|link|topology|fabric|pcap|tun)/`
const TESTS = String.raw`\.test\.ts$|/testing/`

/** npm links every workspace at the root, so an undeclared import of a sibling would resolve: forbid it by name. */
const undeclaredSiblings = globSync('{apps,libs,tools}/*/package.json')
  .concat('tests/package.json')
  .map((file) => {
    const { name, dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(file, 'utf8'))
    const declared = Object.keys({ ...dependencies, ...devDependencies }).filter((dep) =>
      dep.startsWith('@pearcast/'),
    )
    const folders = [name, ...declared].map((dep) => dep.slice('@pearcast/'.length))
    return {
      name: `declared-${path.dirname(file)}`,
      comment: `${file} declares the projects that ${path.dirname(file)} imports`,
      severity: 'error',
      from: { path: `^${path.dirname(file)}/` },
      to: { path: `^(?:apps|libs|tools)/(?!(?:${folders.join('|')})/)` },
    }
  })

module.exports = {
  forbidden: [
    ...Object.entries(ABOVE).map(([lib, above]) => ({
      name: `layer-${lib}`,
      comment: `libs/${lib} imports only the layers below it`,
      severity: 'error',
      from: { path: `^libs/${lib}/` },
      to: { path: `^(${above})` },
    })),
    ...undeclaredSiblings,
    {
      name: 'pure-layers-reach-no-platform',
      comment: 'the pure layers decide and never act: no Node module in them',
      severity: 'error',
      from: { path: '^libs/(protocol|fsm|media|session-fsm|relay)/src/', pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'the-page-sees-the-schema-only',
      comment: 'what else the engine has runs in Node',
      severity: 'error',
      from: { path: '^libs/ui/src/' },
      to: { path: '^libs/engine/', pathNot: '^libs/engine/src/schema[.]ts$' },
    },
    {
      name: 'the-schema-reaches-no-platform',
      comment: 'the page imports it',
      severity: 'error',
      from: { path: '^libs/engine/src/schema([.]ts$|/)', pathNot: TESTS },
      to: { path: '^(?!libs/engine/src/schema/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'electron-in-main-and-preload-only',
      comment: 'what else the desktop app has is run by tests, without Electron',
      severity: 'error',
      from: { path: '^apps/desktop-pear/', pathNot: '^apps/desktop-pear/electron/(main|preload)[.]ts$' },
      to: { path: '(^|/)node_modules/electron/|^electron$' },
    },
    {
      name: 'the-main-process-has-no-engine',
      comment:
        'the engine has a process of its own; the main process knows what the page knows, and how it is served',
      severity: 'error',
      from: {
        path: '^apps/desktop-pear/electron/',
        pathNot: '^apps/desktop-pear/electron/(engine/|testing/)',
      },
      to: { path: '^libs/(?!engine/src/(page|schema)[.]ts$)' },
    },
    {
      name: 'the-lab-knows-no-pearcast',
      comment: 'other projects use it for programs of theirs: @pearcast/netsim/lab',
      severity: 'error',
      from: { path: `^tools/netsim/src/(${LAB})`, pathNot: TESTS },
      to: {
        path: `^(?!tools/netsim/src/(${LAB}))`,
        pathNot: '(^|/)node_modules/koffi/',
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'only-through-the-index',
      comment: 'another project is imported by its name, not by a path into its folder',
      severity: 'error',
      from: { path: '^((?:libs|apps|tools)/[^/]+)/' },
      to: {
        path: '^(?:libs|apps)/[^/]+/',
        pathNot: '^$1/|^(?:libs|apps)/[^/]+/src/(index|page|schema|testing/index)[.]ts$',
      },
    },
    {
      name: 'declared',
      comment: 'what is imported is declared in the package.json of the importing project',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], pathNot: TEST_TOOLS },
    },
    {
      name: 'test-tools-in-tests-only',
      comment: 'the root declares the test tools for all tests',
      severity: 'error',
      from: { pathNot: `${TESTS}|^tests/|(^|/)vite[^/]*[.]ts$` },
      to: { path: TEST_TOOLS },
    },
    {
      name: 'dev-dependencies-in-tests-only',
      severity: 'error',
      from: { path: '^(libs|apps|tools)/[^/]+/(src|electron)/', pathNot: TESTS },
      to: {
        dependencyTypes: ['npm-dev'],
        // What runs in Electron has it.
        pathNot: '@types/|^node_modules/electron/',
        dependencyTypesNot: ['type-only'],
      },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      // pear-runtime 1.1.1 names types that it does not ship; without them it resolves.
      to: { couldNotResolve: true, pathNot: '^pear-runtime$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^apps/[^/]+/(dist|release)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
