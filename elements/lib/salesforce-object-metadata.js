// The fields of an object in the words of this platform, of Salesforce's description of it.

const types = {
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  date: 'date',
  datetime: 'date',
  address: 'object',
  location: 'object',
};

/** How Salesforce writes dates. */
const masks = { date: 'yyyy-MM-dd', datetime: "yyyy-MM-dd'T'HH:mm:ss.SSSZ" };

function metadataOf(field) {
  const isRequired = !field.nillable && field.createable && !field.defaultedOnCreate;
  const metadata = {
    vendorPath: field.name,
    type: types[field.type] || 'string',
    vendorNativeType: field.type,
    vendorDisplayName: field.label,
    vendorReadOnly: !field.createable && !field.updateable,
    vendorRequired: isRequired,
    filterable: field.filterable,
    createable: field.createable,
    updateable: field.updateable,
    custom: field.custom,
  };
  if (masks[field.type] !== undefined) metadata.mask = masks[field.type];
  if (field.type === 'id') metadata.primaryKey = true;
  if (field.length > 0) metadata.length = field.length;
  if (field.referenceTo.length > 0) {
    metadata.referenceTo = field.referenceTo;
    metadata.relationshipName = field.relationshipName;
  }
  if (/picklist$|^combobox$/.test(field.type)) metadata.picklistValues = field.picklistValues;
  return metadata;
}

if (response_iserror) {
  done();
} else {
  const isCustomOnly = request_parameters.customFieldsOnly === 'true';
  const fields = isCustomOnly ? response_body.fields.filter(({ custom }) => custom) : response_body.fields;
  done({ response_body: { fields: fields.map(metadataOf) } });
}
