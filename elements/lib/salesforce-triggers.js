// What Salesforce is given so that it reports changes: a class that sends them, a trigger for each object, a test that
// production organizations demand of both, and the permission to call this server (Apex Developer Guide "Triggers",
// "Queueable Apex", "Code Coverage Best Practices"; Metadata API Developer Guide "RemoteSiteSetting").

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
public class ${name} implements Queueable, Database.AllowsCallouts {
  private final String body;
  private final Integer attempt;

  public ${name}(String body, Integer attempt) {
    this.body = body;
    this.attempt = attempt;
  }

  public static void report(Boolean isBefore, String action, List<SObject> records) {
    if (isBefore || Limits.getQueueableJobs() >= Limits.getLimitQueueableJobs()) return;
    Map<String, Object> message = new Map<String, Object>{ 'action' => action, 'objects' => records };
    System.enqueueJob(new ${name}(JSON.serialize(message), 1));
  }

  public void execute(QueueableContext context) {
    HttpRequest request = new HttpRequest();
    request.setMethod('POST');
    request.setEndpoint(${apexText(address)});
    request.setTimeout(30000);
    request.setHeader('Content-Type', 'application/json');
    request.setHeader('Element-Instances', ${apexText(instanceId)});
    request.setHeader('Elements-Event-Secret', ${apexText(secret)});
    request.setBody(body);
    Integer status = 0;
    try {
      status = new Http().send(request).getStatusCode();
    } catch (CalloutException problem) {
      System.debug(problem);
    }
    if (status != 200 && attempt < 3 && !Test.isRunningTest()) {
      System.enqueueJob(new ${name}(body, attempt + 1));
    }
  }
}
`;

const triggerText = (
  name,
  object,
) => `trigger ${triggerName(name, object)} on ${object} (before insert, after insert, after update, after delete, after undelete) {
  String action = Trigger.isUpdate ? 'updated' : Trigger.isDelete ? 'deleted' : 'created';
  ${name}.report(Trigger.isBefore, action, Trigger.isDelete ? Trigger.old : Trigger.new);
}
`;

// An insert that fails for want of fields has run the trigger before it, and that is what a production organization asks.
const testText = (name, objects) => `@isTest
private class ${name}_Test {
  private class Answer implements HttpCalloutMock {
    public HttpResponse respond(HttpRequest request) {
      HttpResponse answer = new HttpResponse();
      answer.setStatusCode(200);
      return answer;
    }
  }

  @isTest
  static void reports() {
    Test.setMock(HttpCalloutMock.class, new Answer());
    Test.startTest();
    ${name}.report(false, 'updated', new List<SObject>());
    Test.stopTest();
  }

  @isTest
  static void runsTriggers() {
    Test.setMock(HttpCalloutMock.class, new Answer());
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
  const { origin, pathname } = new URL(address);
  const instanceId = Buffer.from(pathname.split('/').pop(), 'base64url').toString();
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
