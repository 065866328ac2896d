// include ./salesforce-deployment.js

// Waits for a deployment as long as a script may, asking every two seconds; then the next link of the chain goes on. What
// the last of them has not seen done is refused, so that nobody waits for events that will not come.
const patience = 24_000;
const pause = 2_000;

const memberOf = (text, name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];

/** Why it failed: what Salesforce says of components and tests. */
function failureOf(result) {
  const details = result.details ?? {};
  const components = []
    .concat(details.componentFailures ?? [])
    .map(({ fileName, problem }) => `${fileName}: ${problem}`);
  const tests = [].concat(details.runTestResult?.failures ?? []).map(({ name, message }) => `${name}: ${message}`);
  const coverage = [].concat(details.runTestResult?.codeCoverageWarnings ?? []).map(({ message }) => message);
  return [result.errorMessage, ...components, ...tests, ...coverage].filter(Boolean).join('; ') || result.status;
}

function settle(result) {
  if (String(result.success) === 'true') return done({ response_body: result });
  const why = failureOf(result);
  done({
    response_status_code: 400,
    response_error_message: `Salesforce did not deploy what reports changes: ${why}.`,
  });
}

async function ask(id) {
  const axios = require('axios');
  const answer = await axios.post(`${configuration['base.url']}/services/Soap/m/36.0`, statusCall(id), {
    headers: { 'Content-Type': 'text/xml; charset=UTF-8', SOAPAction: 'checkDeployStatus' },
    responseType: 'text',
  });
  return String(answer.data);
}

async function wait(id, until) {
  let text = '';
  while (Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    text = await ask(id);
    if (memberOf(text, 'done') === 'true') {
      const problems = [...text.matchAll(/<(?:problem|message)>([^<]*)</g)].map(([, problem]) => problem).join('; ');
      const errorMessage = memberOf(text, 'errorMessage') ?? problems;
      return settle({
        id,
        done: true,
        success: memberOf(text, 'success'),
        status: memberOf(text, 'status'),
        errorMessage,
      });
    }
  }
  if (isLast) {
    done({
      response_status_code: 502,
      response_error_message: `Salesforce is still deploying (${memberOf(text, 'status')}): look at Setup > Deployment Status, and connect again when it is idle.`,
    });
  } else {
    done({ response_body: { id, done: false } });
  }
}

const isLast = request_path.endsWith('3');
if (response_iserror || !response_body?.id) done();
else if (String(response_body.done) === 'true') settle(response_body);
else wait(response_body.id, Date.now() + patience);
