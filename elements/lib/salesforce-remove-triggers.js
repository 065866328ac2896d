// include ./zip.js
// include ./salesforce-triggers.js
// include ./salesforce-deployment.js

// Takes away what was deployed, when anything was.
const name = configuration['event.notification.subscription.id'];
const objects = String(configuration['sfdc.webhook.objects'] ?? '')
  .split(',')
  .filter((object) => object !== '');
done(
  name
    ? { request_vendor_body: deployCall(zipped(filesOfRemoval(name, objects)), undefined) }
    : { continue: false, response_body: null },
);
