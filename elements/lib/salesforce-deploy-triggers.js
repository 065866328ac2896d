// include ./zip.js
// include ./salesforce-triggers.js
// include ./salesforce-deployment.js

// Deploys the triggers of an instance. The address came as a parameter, which Salesforce is not sent.
const objects = wantedObjects();
const wrong = objects.filter((name) => !/^[A-Za-z]\w*$/.test(name));
const { address } = request_vendor_parameters;
if (objects.length === 0 || wrong.length > 0) {
  done({
    continue: false,
    response_status_code: 400,
    response_error_message:
      wrong.length > 0
        ? `event.objects: ${wrong.join(', ')} can be no object of Salesforce; write names such as Account,Invoice__c.`
        : 'event.objects names no object whose changes to report; write names such as Account,Contact.',
  });
} else {
  const name = packageName(address);
  const files = filesOfTriggers(name, objects, address, configuration['sfdc.webhook.secret']);
  done({
    request_vendor_parameters: { address: null },
    request_vendor_body: deployCall(zipped(files), `${name}_Test`),
    configuration: { 'event.notification.subscription.id': name, 'sfdc.webhook.objects': objects.join(',') },
  });
}
