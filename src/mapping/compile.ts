// Makes a mapping of a definition and a transformation, once; it is then run for each record.

import { Problem } from '../core/errors.ts';
import { configurationOf, passThroughOf } from './configuration.ts';
import type { Transformation } from './document.ts';
import { explainPlan } from './explain.ts';
import { type MappingDocuments, mappingFields } from './fields.ts';
import { lawOf, unmappedLaw } from './laws.ts';
import type { CompiledMappingScript, FieldLaw, Mapping } from './mapping.ts';
import { planOf, runPlan } from './plan.ts';
import { queryNames, vendorFields, vendorOrder, vendorWhere } from './query.ts';

/**
 * Compiles a mapping of merged documents (`mergeLevels`). Records that it maps are never changed; what comes out shares
 * values with them. Throws a Problem `badRequest` that names every fault of both documents, cyclic definitions among them.
 */
export function compileMapping(documents: MappingDocuments): Mapping {
  const { objectName, transformation } = documents;
  const { mapped, unmapped, faults } = mappingFields(documents);
  if (faults.length > 0) {
    throw new Problem('badRequest', `The mapping of ${objectName} cannot be used. ${faults.join('. ')}.`);
  }
  const { configuration } = transformation;
  const passThrough = passThroughOf(configuration, { fromVendor: true, toVendor: true });
  const scripts = scriptsOf(transformation);
  const surroundings = { mapped, passThrough, hasScripts: scripts.length > 0 };
  const [fromVendor, toVendor] = (['fromVendor', 'toVendor'] as const).map((direction) =>
    planOf({ objectName, mapped, unmapped, passThrough: passThrough[direction] }, direction),
  ) as [ReturnType<typeof planOf>, ReturnType<typeof planOf>];
  const names = queryNames(mapped);
  let laws: readonly FieldLaw[] | undefined;
  return {
    objectName,
    vendorName: transformation.vendorName || objectName,
    scripts,
    scriptsSeeWhere: seesWhere(transformation),
    documented: configurationOf(configuration, 'addToDocumentation') !== undefined,
    // Every field is held against every other one, for which calls do not wait.
    get laws() {
      laws ??= [
        ...mapped.map((field) => lawOf(field, surroundings)),
        ...unmapped.map((field) => unmappedLaw(field, surroundings)),
      ];
      return laws;
    },
    fromVendor: (record) => runPlan(fromVendor, record),
    toVendor: (record) => runPlan(toVendor, record),
    explain: (record, direction) => explainPlan(direction === 'fromVendor' ? fromVendor : toVendor, record),
    where: (expression) => vendorWhere(expression, names),
    vendorFields: (fields) => vendorFields(fields, names),
    orderBy: (orders) => vendorOrder(orders, names),
  };
}

/** Real documents give a single script in both places. */
function scriptsOf({ script, scripts, isLegacy }: Transformation): CompiledMappingScript[] {
  const all = scripts && scripts.length > 0 ? scripts : script ? [script] : [];
  return all.flatMap((one) =>
    one.body?.trim()
      ? [
          {
            body: one.body,
            legacy: one.isLegacy ?? isLegacy === true,
            filterEmptyResponse: one.filterEmptyResponse === true,
          },
        ]
      : [],
  );
}

/** Real documents have `toVendor: null` there: only a plain no is a no. */
function seesWhere({ configuration }: Transformation): boolean {
  const entry = configurationOf(configuration, 'applyJSOnQueryFieldValue');
  return entry !== undefined && entry.properties?.['toVendor'] !== false;
}
