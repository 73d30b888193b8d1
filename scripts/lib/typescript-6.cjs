/**
 * Preloaded (node --require) for dependency-cruiser only: whoever asks for "typescript" gets TypeScript 6.
 * TypeScript 7, which checks this project, has no parser API that dependency-cruiser knows; without this it sees no .ts file.
 */
const { Module, register } = require('node:module');
const { pathToFileURL } = require('node:url');

const replacement = '@typescript/typescript6';
const pattern = /^typescript(?=\/|$)/;

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function resolve(request, ...rest) {
  return resolveFilename.call(this, request.replace(pattern, replacement), ...rest);
};

const hooks = `export const resolve = (name, context, next) => next(name === 'typescript' ? '${replacement}' : name, context);`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`, pathToFileURL(__filename));
