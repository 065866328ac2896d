// What Salesforce is given so that it reports changes: a class that sends them, a trigger for each object, a test that
// production organizations demand of both, and the permission to call this server (Apex Developer Guide "Triggers",
// "Future Methods", "Code Coverage Best Practices"; Metadata API Developer Guide "RemoteSiteSetting").

const apexVersion = '36.0';
const metadataNamespace = 'http://soap.sforce.com/2006/04/metadata';

const xml = (text) => `<?xml version="1.0" encoding="UTF-8"?>\n${text}\n`;
const xmlText = (text) => String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const apexText = (text) => `'${String(text).replace(/[\\']/g, '\\$&')}'`;

/** The objects whose changes are wanted: those of `event.objects`, else those of `event.metadata`. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function wantedObjects() {
  const named = String(configuration['event.objects'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (named.length > 0) return [...new Set(named)];
  return Object.keys(JSON.parse(configuration['event.metadata'] ?? '{}').webhook ?? {});
}

/** The name of everything that is deployed for an address; two instances in one organization have two. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function packageName(address) {
  return `Valence_${CE.md5(address).slice(0, 8)}`;
}

/** Names of Apex have 40 characters at most, and no two underscores in a row. */
function triggerName(name, object) {
  return `${name}_${object.replace(/_+/g, '_')}`.slice(0, 40).replace(/_$/, '');
}

const classText = (
  name,
  address,
  instanceId,
  secret,
) => `// Reports changes of records; removed with the connection that it was made for.
public class ${name} {
    public static void report(List<SObject> records, String action) {
        // Where no future method can be called the customer's own work goes on, and a poll finds the change.
        if (Trigger.isBefore || System.isFuture() || System.isBatch() || Limits.getFutureCalls() >= Limits.getLimitFutureCalls()) {
            return;
        }
        send(JSON.serialize(new Map<String, Object>{ 'action' => action, 'objects' => records }));
    }

    @future(callout=true)
    public static void send(String body) {
        HttpRequest request = new HttpRequest();
        request.setMethod('POST');
        request.setEndpoint(${apexText(address)});
        request.setTimeout(60000);
        request.setHeader('Content-Type', 'application/json');
        request.setHeader('Element-Instances', ${apexText(instanceId)});
        request.setHeader('Elements-Event-Secret', ${apexText(secret)});
        request.setBody(body);
        // Tests of the customer's own code may make no callouts.
        if (!Test.isRunningTest()) {
            new Http().send(request);
        }
    }
}
`;

// Before an insert it does nothing, but runs in a test whose insert fails then.
const triggerText = (
  name,
  object,
) => `trigger ${triggerName(name, object)} on ${object} (before insert, after insert, after update, after delete, after undelete) {
    ${name}.report(
        Trigger.isDelete ? Trigger.old : Trigger.new,
        Trigger.isUpdate ? 'updated' : Trigger.isDelete ? 'deleted' : 'created'
    );
}
`;

// An insert that fails for want of fields has run the trigger before it, which is what a production organization asks.
const testText = (name, objects) => `@isTest
private class ${name}_Test {
    @isTest
    static void reports() {
        Test.startTest();
        ${name}.send('{}');
        Test.stopTest();
        for (SObject record : new List<SObject>{ ${objects.map((object) => `new ${object}()`).join(', ')} }) {
            try {
                insert record;
            } catch (DmlException problem) {
                System.assertNotEquals(null, problem.getMessage());
            }
        }
    }
}
`;

const members = (type, names) =>
  names.length === 0
    ? ''
    : `<types>${names.map((name) => `<members>${name}</members>`).join('')}<name>${type}</name></types>`;

const listing = (types) =>
  xml(
    `<Package xmlns="${metadataNamespace}">${Object.entries(types)
      .map(([type, names]) => members(type, names))
      .join('')}<version>${apexVersion}</version></Package>`,
  );

const contents = (name, objects) => ({
  ApexTrigger: objects.map((object) => triggerName(name, object)),
  ApexClass: [name, `${name}_Test`],
  RemoteSiteSetting: [name],
});

/** The files that make Salesforce report changes of objects to an address. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function filesOfTriggers(name, objects, address, secret) {
  const [origin] = /^https?:\/\/[^/]+/.exec(address);
  const instanceId = Buffer.from(address.split('/').pop(), 'base64url').toString();
  const about = (kind) =>
    xml(
      `<${kind} xmlns="${metadataNamespace}"><apiVersion>${apexVersion}</apiVersion><status>Active</status></${kind}>`,
    );
  const files = {
    'package.xml': listing(contents(name, objects)),
    [`classes/${name}.cls`]: classText(name, address, instanceId, secret),
    [`classes/${name}.cls-meta.xml`]: about('ApexClass'),
    [`classes/${name}_Test.cls`]: testText(name, objects),
    [`classes/${name}_Test.cls-meta.xml`]: about('ApexClass'),
    [`remoteSiteSettings/${name}.remoteSite`]: xml(
      `<RemoteSiteSetting xmlns="${metadataNamespace}"><description>Receives events</description><disableProtocolSecurity>false</disableProtocolSecurity><isActive>true</isActive><url>${xmlText(origin)}</url></RemoteSiteSetting>`,
    ),
  };
  for (const object of objects) {
    const file = `triggers/${triggerName(name, object)}.trigger`;
    files[file] = triggerText(name, object);
    files[`${file}-meta.xml`] = about('ApexTrigger');
  }
  return files;
}

/** The files that take all of it away. */
// biome-ignore lint/correctness/noUnusedVariables: called by the hooks that include this file
function filesOfRemoval(name, objects) {
  return { 'package.xml': listing({}), 'destructiveChanges.xml': listing(contents(name, objects)) };
}
