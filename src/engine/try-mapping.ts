// A mapping tried on one record: what comes out, where each field of it came from, and what was lost.

import type { FieldLaw, FieldTrace, Mapping, MappingFault } from '../mapping/mapping.ts';
import { runMappingScript, type ScriptScene } from './mapping-scripts.ts';

/** What a trial gave. */
export interface MappingTrial {
  objectName: string;
  vendorName: string;
  direction: 'fromVendor' | 'toVendor';
  /** the record as it was given, or as the vendor has it */
  original: unknown;
  /** the record after the mapping and its scripts; undefined when a script dropped it */
  transformed: unknown;
  fields: FieldTrace[];
  /** paths of the record that nothing took up */
  dropped: string[];
  faults: MappingFault[];
  /** why scripts failed; what they should have changed is as the mapping left it */
  scriptFaults: string[];
  /** of each field, whether what is read can be written back unchanged */
  laws: readonly FieldLaw[];
}

/** Tries a mapping on a record; nothing is written anywhere, but a script may call what it calls. */
export async function tryMapping(mapping: Mapping, record: unknown, scene: ScriptScene): Promise<MappingTrial> {
  const direction = scene.fromVendor ? 'fromVendor' : 'toVendor';
  const { value, faults, fields, dropped } = mapping.explain(record, direction);
  const scriptFaults: string[] = [];
  let transformed: unknown = value;
  for (const script of mapping.scripts) {
    if (transformed === undefined) break;
    const [outcome] = await runMappingScript(scene, script, [{ original: record, transformed }]);
    transformed = outcome?.value;
    if (outcome?.fault !== undefined) scriptFaults.push(outcome.fault);
  }
  const { objectName, vendorName, laws } = mapping;
  return {
    objectName,
    vendorName,
    direction,
    original: record,
    transformed,
    fields,
    dropped,
    faults,
    scriptFaults,
    laws,
  };
}
