// include ./salesforce-deployment.js

// Asks what became of the deployment before, unless that is known already.
const { id, done: isDone } = request_previous_response ?? {};
if (id === undefined || String(isDone) === 'true') done({ continue: false, response_body: request_previous_response });
else done({ request_vendor_body: statusCall(id) });
