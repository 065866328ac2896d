// include ../../lib/metadata-call.js

// An update replaces the whole component, so what is not given stays as it was read; article types have no name field.
const { FullName: fullName, Metadata: before } = request_previous_response;
const { deploymentStatus, description, label, nameField, pluralLabel, sharingModel } = {
  ...before,
  ...request_body_map,
};
done({
  request_vendor_body: envelope(
    'updateMetadata',
    component({ fullName, deploymentStatus, description, label, nameField, pluralLabel, sharingModel }),
  ),
});
