// Deployments by the Metadata API, which is SOAP (Metadata API Developer Guide "deploy()", "checkDeployStatus()"). The
// Tooling API would be simpler, but cannot write Apex in production organizations.

const deploymentNamespace = 'http://soap.sforce.com/2006/04/metadata';
const escaped = (text) => String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** The envelope of a call; the session is the access token. */
function deploymentCall(call, content) {
  const session = `<SessionHeader xmlns="${deploymentNamespace}"><sessionId>${escaped(configuration['oauth.user.token'])}</sessionId></SessionHeader>`;
  return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Header>${session}</soapenv:Header><soapenv:Body><${call} xmlns="${deploymentNamespace}">${content}</${call}></soapenv:Body></soapenv:Envelope>`;
}

/** The call that deploys a zip file, running a test class if one is named. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function deployCall(zip, test) {
  const tests = test === undefined ? '' : `<runTests>${test}</runTests>`;
  const level = test === undefined ? '' : '<testLevel>RunSpecifiedTests</testLevel>';
  const options = `<rollbackOnError>true</rollbackOnError>${tests}<singlePackage>true</singlePackage>${level}`;
  return deploymentCall('deploy', `<ZipFile>${zip}</ZipFile><DeployOptions>${options}</DeployOptions>`);
}

/** The call that asks what became of a deployment. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function statusCall(id) {
  return deploymentCall(
    'checkDeployStatus',
    `<asyncProcessId>${escaped(id)}</asyncProcessId><includeDetails>true</includeDetails>`,
  );
}
