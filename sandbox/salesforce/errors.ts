// Salesforce's refusals: a status and the list of what is wrong (REST API Developer Guide "Status Codes and Error Responses").

import { type Answer, json } from '../vendor.ts';

/** A request that Salesforce refuses; the error codes are those of the SOAP API's StatusCode and ExceptionCode. */
export class Refusal extends Error {
  readonly status: number;
  readonly errorCode: string;
  readonly fields: readonly string[] | undefined;

  constructor(status: number, errorCode: string, message: string, fields?: readonly string[]) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
    this.fields = fields;
  }
}

/** The refusal as an answer. */
export function refusalAnswer({ status, errorCode, message, fields }: Refusal): Answer {
  return json(status, [{ message, errorCode, ...(fields === undefined ? {} : { fields }) }]);
}

/** The REST API's refusal of an unknown path. */
export function unknownResource(): Refusal {
  return new Refusal(404, 'NOT_FOUND', 'The requested resource does not exist');
}

/** The refusal of a method that a resource does not have. */
export function methodNotAllowed(method: string, allowed: readonly string[]): Refusal {
  const message = `HTTP Method '${method}' not allowed. Allowed are ${allowed.join(',')}`;
  return new Refusal(405, 'METHOD_NOT_ALLOWED', message);
}
