// How operations are named: as in the descriptions that the original made of real elements.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createUniqueNames, modelNameOf, operationIdOf, pathParameters, tagOf } from './operation-id.ts';

describe('the name of an operation', () => {
  test.each([
    ['GET', '/contacts', 'getContacts'],
    ['POST', '/contacts', 'createContact'],
    ['GET', '/contacts/{id}', 'getContactById'],
    ['PUT', '/contacts/{id}', 'replaceContactById'],
    ['PATCH', '/contacts/{id}', 'updateContactById'],
    ['DELETE', '/contacts/{id}', 'deleteContactById'],
    ['DELETE', '/bank-payments', 'deleteBankPayments'],
    ['PUT', '/lists/{id}/idBoard', 'replaceListsIdBoard'],
    ['GET', '/journal-entries/{id}', 'getJournalEntryById'],
    ['GET', '/campaigns-messages-blocks/{id}', 'getCampaignsMessagesBlockById'],
    ['GET', '/TaxClasses/{id}', 'getTaxClasseById'],
    ['GET', '/clients_copy', 'getClients_copy'],
    ['GET', '/accounts/{id}/bank-lines', 'getAccountsBankLines'],
    ['GET', '/accounts/{id}/bank-lines/{bankLineId}', 'getAccountsBankLineByBankLineId'],
    ['POST', '/invoices/{id}/invoice-lines', 'createInvoiceInvoiceLine'],
    ['POST', '/bulk/{objectName}', 'createBulkByObjectName'],
    ['GET', '/boards/members/{id}', 'getBoardsMemberById'],
    ['GET', '/{objectName}', 'getByObjectName'],
    ['POST', '/{objectName}', 'createByObjectName'],
    ['DELETE', '/{objectName}/{objectId}', 'deleteObjectNameByObjectId'],
    ['POST', '/{objectName}/{objectId}/{childObjectName}', 'createObjectNameByChildObjectName'],
    ['PATCH', '/{objectName}/{objectId}/{childObjectName}/{childObjectId}', 'updateObjectNameByChildObjectId'],
    ['GET', '/channels/{channel.id}', 'getChannelByChannelId'],
    ['POST', '/users/{id}:promote', 'createUserIdPromote'],
    ['GET', '/users/@me', 'getUsersMe'],
    ['HEAD', '/files', 'headFiles'],
    ['GET', '/', 'get'],
  ])('%s %s is %s', (method, path, name) => {
    expect(operationIdOf(method, path)).toBe(name);
    expect(operationIdOf(method.toLowerCase(), path)).toBe(name);
  });
});

test('a name that is taken gets the next number, whatever names there are', () => {
  const uniqueName = createUniqueNames();
  expect(['get', 'get', 'get2', 'get'].map(uniqueName)).toEqual(['get', 'get2', 'get22', 'get3']);
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'a2', 'a3', 'b', '')), (names) => {
      const unique = names.map(createUniqueNames());
      expect(new Set(unique).size).toBe(names.length);
      expect(unique.every((name, position) => name.startsWith(names[position] ?? ''))).toBe(true);
    }),
  );
});

test.each([
  ['/contacts/{id}', 'contacts', ['id'], 'contacts'],
  ['/accounts/{id}/bank-lines/{lineId}', 'accounts', ['id', 'lineId'], 'accountsBankLines'],
  ['/{objectName}', 'objectName', ['objectName'], ''],
  ['/users/{}:promote', 'users', [], 'usersPromote'],
  ['/', 'root', [], ''],
])('%s is of the group %s', (path, tag, parameters, model) => {
  expect([tagOf(path), pathParameters(path), modelNameOf(path)]).toEqual([tag, parameters, model]);
});
