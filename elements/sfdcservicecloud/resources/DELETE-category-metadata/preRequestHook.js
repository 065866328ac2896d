// include ../../lib/metadata-call.js

done({
  request_vendor_body: envelope(
    'deleteMetadata',
    elements({ type: 'CustomObject', fullNames: request_previous_response.FullName }),
  ),
});
