// Evaluates expressions with fhirpath.js. Standard input: {responses: {case: resource},
// expressions: [{place, text, name, item}]}; an expression with a name is a variable of those
// after it; one with an item and no name is evaluated on the items of that link id if `local`.
// Standard output: {faults: [{case, place, text}], values: {case: {place: [value]}}}.
import { readFileSync } from 'node:fs';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';

const { responses, expressions } = JSON.parse(readFileSync(0, 'utf8'));
const faults = [];
const values = {};

function compile({ place, text, local }) {
  const source = local ? { base: 'QuestionnaireResponse.item', expression: text } : text;
  try {
    return fhirpath.compile(source, r4, { resolveInternalTypes: false });
  } catch (error) {
    faults.push({ case: '', place, text: error.message });
    return null;
  }
}

function itemsOf(node, linkId) {
  const items = [...(node.item ?? []), ...(node.answer ?? []).flatMap((row) => row.item ?? [])];
  const own = items.filter((item) => item.linkId === linkId);
  return own.concat(items.flatMap((item) => itemsOf(item, linkId)));
}

const compiled = expressions.map((expression) => ({ ...expression, run: compile(expression) }));
for (const [id, response] of Object.entries(responses)) {
  const variables = {};
  values[id] = {};
  for (const { place, name, item, local, run } of compiled) {
    if (run === null) continue;
    const around = { ...variables, resource: response, context: response };
    try {
      const nodes = local ? itemsOf(response, item) : [response];
      const found = nodes.flatMap((node) => run(node, around));
      if (name) variables[name] = found;
      values[id][place] = found.map((value) => (typeof value === 'object' ? `${value}` : value));
    } catch (error) {
      faults.push({ case: id, place, text: error.message });
    }
  }
}
console.log(JSON.stringify({ faults, values }));
