// The Apex that a customer's organization gets so that it tells an integration platform of changed records: the tests'
// example of what the sandbox understands, and code that compiles in Salesforce as it is.

/** What the code is made for. */
export interface ApexOptions {
  /** Names the class and begins the names of the triggers. */
  name: string;
  endpoint: string;
  instanceId: string;
  secret: string;
}

/** Text between single quotes in Apex. */
const quoted = (text: string) => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");

/** The class, one for all triggers. */
export function apexClass({ name, endpoint, instanceId, secret }: ApexOptions): string {
  return `public with sharing class ${name} {
    public static void changed(List<SObject> records, String action) {
        // Where no future method can be called the customer's own work goes on, and polling finds the change.
        if (System.isFuture() || System.isBatch() || Limits.getFutureCalls() >= Limits.getLimitFutureCalls()) {
            return;
        }
        send(JSON.serialize(new Map<String, Object>{ 'objects' => records, 'action' => action }));
    }

    @future(callout=true)
    public static void send(String body) {
        HttpRequest request = new HttpRequest();
        request.setEndpoint('${quoted(endpoint)}');
        request.setMethod('POST');
        request.setHeader('Content-Type', 'application/json');
        request.setHeader('Element-Instances', '${quoted(instanceId)}');
        request.setHeader('X-Valence-Secret', '${quoted(secret)}');
        request.setTimeout(30000);
        request.setBody(body);
        // Tests of the customer's own code may make no callouts.
        if (!Test.isRunningTest()) {
            new Http().send(request);
        }
    }
}
`;
}

/** Names may not have two underscores side by side. */
const triggerName = (name: string, objectName: string) =>
  `${name}_${objectName.replace(/__c$/, '').replaceAll('__', '_')}`;

/** The trigger of one object. */
export function apexTrigger({ name }: Pick<ApexOptions, 'name'>, objectName: string): string {
  return `trigger ${triggerName(name, objectName)} on ${objectName} (after insert, after update, after delete, after undelete) {
    ${name}.changed(
        Trigger.isDelete ? Trigger.old : Trigger.new,
        Trigger.isInsert ? 'create' : Trigger.isUpdate ? 'update' : Trigger.isDelete ? 'delete' : 'undelete'
    );
}
`;
}
