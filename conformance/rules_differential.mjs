// Evaluates exported rules over responses with fhirpath.js.
//
//   node rules_differential.mjs GIVEN.json FOUND.json
//
// GIVEN: {"variables": [[name, expression]], "conditions": [[id, expression]],
//         "values": [name], "cases": [[id, response]]}
// FOUND: [{"id": case, "truths": {condition: true, false or null}, "values": {name: [...]}}],
// with a "fault" in words where an evaluation broke.
// The variables are bound once per response, in their order, as plain JSON values.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// The packages stand in the folder in which the script is started, not beside it.
const require = createRequire(join(process.cwd(), 'package.json'));
const fhirpath = require('fhirpath');
const r4 = require('fhirpath/fhir-context/r4');

function compileAll(pairs) {
  return pairs.map(([name, expression]) => {
    try {
      return [name, fhirpath.compile(expression, r4)];
    } catch (error) {
      throw new Error(`${name} can not be compiled: ${error.message}`);
    }
  });
}

function truth(found) {
  if (found.length === 0) return null;
  if (found.length === 1 && typeof found[0] === 'boolean') return found[0];
  throw new Error(`a condition gave ${JSON.stringify(found).slice(0, 100)}`);
}

function judge(response, variables, conditions, values) {
  const bound = { resource: response };
  let at = '';
  try {
    for (const [name, evaluate] of variables) {
      at = name;
      bound[name] = evaluate(response, bound);
    }
    const truths = {};
    for (const [id, evaluate] of conditions) {
      at = id;
      truths[id] = truth(evaluate(response, bound));
    }
    return { truths, values: Object.fromEntries(values.map((name) => [name, bound[name]])) };
  } catch (error) {
    return { truths: {}, values: {}, fault: `${at}: ${error.message}` };
  }
}

const [, , given, wanted] = process.argv;
const { variables, conditions, values, cases } = JSON.parse(readFileSync(given, 'utf8'));
const compiled = [compileAll(variables), compileAll(conditions)];
const found = cases.map(([id, response]) => ({ id, ...judge(response, ...compiled, values) }));
writeFileSync(wanted, JSON.stringify(found));
