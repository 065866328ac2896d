// include ../../lib/metadata-call.js

// An update replaces the whole component, so what is not given stays as it was read.
const { FullName: fullName, Metadata: before } = request_previous_response;
const { label, pluralLabel, description } = { ...before, ...request_body_map };
done({
  request_vendor_body: envelope(
    'updateMetadata',
    component({ fullName, deploymentStatus: before.deploymentStatus, description, label, pluralLabel }),
  ),
});
