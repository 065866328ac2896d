// How Salesforce describes its objects and their fields ("Describe Global", "sObject Describe").

import { childRelationships, findObject } from './objects/catalog.ts';
import type { Field, SObject } from './objects/field.ts';

/** What `GET sobjects` says about an object; `base` is the path of the API version. */
export function describeBasics(object: SObject, base: string): object {
  const url = `${base}/sobjects/${object.name}`;
  const { name, label, labelPlural, keyPrefix, createable, updateable, deletable, custom } = object;
  const hasBlob = object.fields.find((field) => field.type === 'base64');
  return {
    activateable: false,
    createable,
    custom,
    customSetting: false,
    deletable,
    deprecatedAndHidden: false,
    feedEnabled: false,
    keyPrefix: object.views.length === 0 ? keyPrefix : null,
    label,
    labelPlural,
    layoutable: true,
    mergeable: ['Account', 'Contact', 'Lead'].includes(name),
    name,
    queryable: true,
    replicateable: true,
    retrieveable: true,
    searchable: true,
    triggerable: true,
    undeletable: deletable,
    updateable,
    urls: {
      sobject: url,
      describe: `${url}/describe`,
      rowTemplate: `${url}/{ID}`,
      ...(hasBlob === undefined ? {} : { blobRetrieve: `${url}/{ID}/${hasBlob.name}` }),
    },
  };
}

/** What `GET sobjects/{object}/describe` says. */
export function describeObject(object: SObject, base: string): object {
  return {
    ...describeBasics(object, base),
    actionOverrides: [],
    childRelationships: childRelationships(object).map(({ child, field, name }) => ({
      cascadeDelete: field.cascadeDelete,
      childSObject: child.name,
      deprecatedAndHidden: false,
      field: field.name,
      junctionIdListName: null,
      junctionReferenceTo: [],
      relationshipName: name,
      restrictedDelete: false,
    })),
    compactLayoutable: true,
    fields: object.fields.map((field) => describeField(object, field)),
    namedLayoutInfos: [],
    recordTypeInfos: [
      {
        available: true,
        defaultRecordTypeMapping: true,
        master: true,
        name: 'Master',
        recordTypeId: '012000000000000AAA',
        urls: { layout: `${base}/sobjects/${object.name}/describe/layouts/012000000000000AAA` },
      },
    ],
    searchLayoutable: true,
    supportedScopes: [
      { label: `All ${object.labelPlural.toLowerCase()}`, name: 'everything' },
      { label: `My ${object.labelPlural.toLowerCase()}`, name: 'mine' },
    ],
  };
}

const soapTypes: Partial<Record<Field['type'], string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  base64: 'xsd:base64Binary',
};

const htmlTypes: Partial<Record<Field['type'], string>> = { textarea: 'plaintextarea' };

function describeField(object: SObject, field: Field): object {
  const { name, label, type, length, nillable, createable, updateable, filterable, defaultValue } = field;
  const isNumber = type === 'double' || type === 'currency' || type === 'percent';
  return {
    aggregatable: filterable,
    autoNumber: field.autoNumber,
    byteLength: length * 3,
    calculated: field.calculated,
    calculatedFormula: null,
    cascadeDelete: field.cascadeDelete,
    caseSensitive: false,
    controllerName: null,
    createable,
    custom: field.custom,
    defaultValue: type === 'boolean' ? defaultValue : null,
    defaultValueFormula: null,
    defaultedOnCreate: defaultValue !== null || (!nillable && !createable) || name === 'OwnerId',
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: type === 'int' ? 8 : 0,
    displayLocationInDecimal: false,
    encrypted: false,
    externalId: field.externalId,
    extraTypeInfo: htmlTypes[type] ?? null,
    filterable,
    groupable: filterable && !isNumber && type !== 'datetime',
    highScaleNumber: false,
    htmlFormatted: false,
    idLookup: type === 'id' || field.externalId,
    inlineHelpText: null,
    label,
    length,
    mask: null,
    maskType: null,
    name,
    nameField: name === object.nameField && name !== 'Id',
    namePointing: field.referenceTo.length > 1,
    nillable,
    permissionable: !['Id', 'Name', 'OwnerId'].includes(name) && nillable,
    picklistValues: field.picklistValues.map((value) => ({
      active: true,
      defaultValue: value === defaultValue,
      label: value,
      validFor: null,
      value,
    })),
    polymorphicForeignKey: field.referenceTo.length > 1,
    precision: isNumber ? 18 : 0,
    queryByDistance: false,
    referenceTargetField: null,
    referenceTo: field.referenceTo.filter((target) => findObject(target) !== undefined),
    relationshipName: field.relationshipName,
    relationshipOrder: null,
    restrictedDelete: false,
    restrictedPicklist: field.restrictedPicklist,
    scale: isNumber ? 2 : 0,
    soapType: soapTypes[type] ?? 'xsd:string',
    sortable: filterable,
    type,
    unique: type === 'id',
    updateable,
    writeRequiresMasterRead: false,
  };
}
