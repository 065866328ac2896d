// include ../../lib/metadata-call.js

const { name, label, pluralLabel, description } = request_body_map || {};
const fullName = `${name ?? ''}__kav`;
done({
  request_vendor_body: envelope(
    'createMetadata',
    component({ fullName, deploymentStatus: 'Deployed', description, label, pluralLabel }),
  ),
});
